package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What the server itself refuses, such as a request line that is none: JSON too, and nothing of what was sent. */
final class JsonErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = response.getStatus();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        String reason = HttpStatus.getMessage(status);
        byte[] body = "{\"error\":\"%s\",\"message\":\"%s\"}\n"
                .formatted(status < 500 ? "bad_request" : Refusal.INTERNAL.code(), reason)
                .getBytes(UTF_8);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }
}
