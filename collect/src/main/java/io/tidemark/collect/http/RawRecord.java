package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.model.EventTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/** Makes records of the raw topic: the event's own bytes, and behind them what it left out and the request tells. */
final class RawRecord {
    private static final JsonFactory JSON = new JsonFactory();

    private RawRecord() {}

    /**
     * Completes an event.
     *
     * @param host that it is of, if it does not say
     */
    static byte[] of(SentEvent event, Sender sender, @Nullable String host, long receivedAtMillis) {
        Map<String, @Nullable String> told = new LinkedHashMap<>();
        told.put("host", host);
        told.put("url", sender.page());
        told.put("user_agent", sender.userAgent());
        told.put("ip", sender.address());
        told.put("headers", sender.headers());
        told.put("event_time", EventTime.format(receivedAtMillis));
        told.keySet().removeAll(event.fields());
        return join(event.json(), object(told));
    }

    /** The event that a pixel's parameters tell, as a body would have it. */
    static byte[] ofPixel(Fields parameters) {
        Map<String, @Nullable String> told = new LinkedHashMap<>();
        told.put("id", parameters.getValue("id"));
        told.put("host", parameters.getValue("host"));
        told.put("url", parameters.getValue("url"));
        told.put("referrer", parameters.getValue("ref"));
        return object(told);
    }

    /** As JSON, without those that are null. */
    private static byte[] object(Map<String, @Nullable String> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            for (Map.Entry<String, @Nullable String> each : fields.entrySet()) {
                String text = each.getValue();
                if (text != null) {
                    // Through bytes, since half of a surrogate pair cannot be written.
                    json.writeStringField(each.getKey(), new String(text.getBytes(UTF_8), UTF_8));
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** One object of the fields of two; those of the second count where both have one. */
    private static byte[] join(byte[] first, byte[] second) {
        boolean hasNone = second.length == 2;
        if (hasNone) {
            return first;
        }
        int inside = first.length - 1;
        boolean isEmpty = new String(first, 1, inside - 1, UTF_8).isBlank();
        int comma = isEmpty ? 0 : 1;
        byte[] joined = new byte[inside + comma + second.length - 1];
        System.arraycopy(first, 0, joined, 0, inside);
        if (!isEmpty) {
            joined[inside] = ',';
        }
        System.arraycopy(second, 1, joined, inside + comma, second.length - 1);
        return joined;
    }
}
