package io.tidemark.collect.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What a request itself tells of an event, for what its body leaves out.
 *
 * @param address of the client
 * @param userAgent null if none
 * @param page address of the page that sent it, from {@code Referer}; null if unknown
 * @param host of the page by {@code Origin}, else by {@code Referer}, else the host that was asked
 * @param headers some of the request's headers, as JSON text
 * @param asksNotToBeTracked by Do Not Track or Global Privacy Control
 */
record Sender(
        String address,
        @Nullable String userAgent,
        @Nullable String page,
        String host,
        String headers,
        boolean asksNotToBeTracked) {
    /** Nothing that tells who somebody is, such as cookies or credentials. */
    private static final List<String> KEPT = List.of(
            "Accept-Language", "Origin", "Sec-CH-UA", "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform", "DNT", "Sec-GPC");

    private static final JsonFactory JSON = new JsonFactory();

    Sender {
        requireNonNull(address, "address is null");
        requireNonNull(host, "host is null");
        requireNonNull(headers, "headers is null");
    }

    static Sender of(Request request, ClientAddress addresses) {
        HttpFields headers = request.getHeaders();
        String page = headers.get(HttpHeader.REFERER);
        return new Sender(
                addresses.of(
                        Request.getRemoteAddr(request), headers.getValuesList(HttpHeader.X_FORWARDED_FOR.asString())),
                headers.get(HttpHeader.USER_AGENT),
                page,
                host(request, headers),
                json(headers),
                "1".equals(headers.get("DNT")) || "1".equals(headers.get("Sec-GPC")));
    }

    private static String host(Request request, HttpFields headers) {
        String ofOrigin = hostOf(headers.get(HttpHeader.ORIGIN));
        String ofPage = ofOrigin == null ? hostOf(headers.get(HttpHeader.REFERER)) : ofOrigin;
        return ofPage == null ? Request.getServerName(request) : ofPage;
    }

    /** The host of an address with a scheme or {@code //}, without its port; null if there is none. */
    static @Nullable String hostOf(@Nullable String url) {
        int slashes = url == null ? -1 : url.indexOf("//");
        if (url == null || slashes < 0 || !url.substring(0, slashes).matches("(?:[A-Za-z][A-Za-z0-9+.-]*:)?")) {
            return null;
        }
        int end = slashes + 2;
        while (end < url.length() && "/?#\\".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        String authority = url.substring(slashes + 2, end);
        String host = authority.substring(authority.lastIndexOf('@') + 1).replaceFirst(":[0-9]*$", "");
        return host.isEmpty() ? null : host;
    }

    private static String json(HttpFields headers) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (String name : KEPT) {
                HttpField field = headers.getField(name);
                if (field != null && field.getValue() != null) {
                    json.writeStringField(name, field.getValue());
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
