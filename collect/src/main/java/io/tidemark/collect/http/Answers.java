package io.tidemark.collect.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Writes answers: JSON, each refusal with its reason. */
final class Answers {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String JSON_TYPE = "application/json";

    private final CollectorMetrics metrics;

    Answers(CollectorMetrics metrics) {
        this.metrics = metrics;
    }

    /** What is written into an object. */
    @FunctionalInterface
    interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    void send(
            Request request, Response response, Callback callback, int status, @Nullable String type, byte[] content) {
        response.setStatus(status);
        if (type != null) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
            response.getHeaders().put("X-Content-Type-Options", "nosniff");
        }
        if (!response.getHeaders().contains(HttpHeader.CACHE_CONTROL)) {
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        }
        metrics.answered(Routes.label(Request.getPathInContext(request)), status);
        boolean isHead = "HEAD".equals(request.getMethod());
        response.write(true, ByteBuffer.wrap(isHead ? new byte[0] : content), callback);
    }

    void json(Request request, Response response, Callback callback, int status, Fields fields) {
        send(request, response, callback, status, JSON_TYPE, bytes(fields));
    }

    /** Says why not; of ids, those by which the sender may try again. */
    void refuse(Request request, Response response, Callback callback, RefusedException refused, List<String> ids) {
        metrics.refused(refused.refusal());
        Duration wait = refused.retryAfter();
        if (wait != null) {
            response.getHeaders()
                    .put(
                            HttpHeader.RETRY_AFTER,
                            Long.toString(Math.max(1, wait.plusMillis(999).toSeconds())));
        }
        json(request, response, callback, refused.refusal().status(), json -> {
            json.writeStringField("error", refused.refusal().code());
            json.writeStringField("message", refused.getMessage());
            if (!ids.isEmpty()) {
                writeIds(json, ids);
            }
        });
    }

    static void writeIds(JsonGenerator json, List<? extends @Nullable String> ids) throws IOException {
        json.writeArrayFieldStart("ids");
        for (String each : ids) {
            json.writeString(each);
        }
        json.writeEndArray();
    }

    private static byte[] bytes(Fields fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.write('\n');
        return out.toByteArray();
    }
}
