package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The script that pages include. */
final class Tracker {
    private static final String TYPE = "text/javascript;charset=utf-8";

    private final byte[] plain;
    private final byte[] packed;
    private final String tag;

    private Tracker(byte[] plain) {
        this.plain = plain;
        this.packed = gzip(plain);
        CRC32 sum = new CRC32();
        sum.update(plain);
        this.tag = "\"%08x\"".formatted(sum.getValue());
    }

    /**
     * Reads it.
     *
     * @param signals whether it sends nothing where the browser asks not to be tracked
     */
    static Tracker load(boolean signals) {
        try (InputStream script =
                Objects.requireNonNull(Tracker.class.getResourceAsStream("t.js"), "t.js is missing")) {
            // Comments are for those who read it here.
            String text = new String(script.readAllBytes(), UTF_8)
                    .replaceAll("(?m)^\\s*//.*\\n", "")
                    .replaceAll("(?m)^\\s+", "")
                    .replace("RESPECT_SIGNALS", signals ? "1" : "0");
            return new Tracker(text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes that go over the net. */
    int packedSize() {
        return packed.length;
    }

    void send(Request request, Response response, Callback callback, Answers answers) {
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "public, max-age=3600");
        response.getHeaders().put(HttpHeader.ETAG, tag);
        response.getHeaders().put(HttpHeader.VARY, "Accept-Encoding");
        // Pages anywhere may include it, also where they allow only resources that say so.
        response.getHeaders().put("Cross-Origin-Resource-Policy", "cross-origin");
        response.getHeaders().put("Access-Control-Allow-Origin", "*");
        if (request.getHeaders().getCSV(HttpHeader.IF_NONE_MATCH, true).contains(tag)) {
            answers.send(request, response, callback, 304, null, new byte[0]);
            return;
        }
        boolean canUnpack = request.getHeaders().getCSV(HttpHeader.ACCEPT_ENCODING, false).stream()
                .anyMatch(each -> each.strip().toLowerCase(Locale.ROOT).startsWith("gzip"));
        if (canUnpack) {
            response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
        }
        answers.send(request, response, callback, 200, TYPE, canUnpack ? packed : plain);
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
