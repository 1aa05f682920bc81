package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.model.EventTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes records of the raw topic: the event's own bytes, and behind them what it left out and the request tells. */
final class RawRecord {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int ROOM = 512;

    private RawRecord() {}

    /**
     * Completes an event.
     *
     * @param host that it is of, if it does not say
     */
    static byte[] of(SentEvent event, Sender sender, @Nullable String host, long receivedAtMillis) {
        ByteArrayOutputStream added = new ByteArrayOutputStream(event.json().length + ROOM);
        try (JsonGenerator json = JSON.createGenerator(added)) {
            json.writeStartObject();
            Set<String> there = event.fields();
            add(json, there, "host", host);
            add(json, there, "url", sender.page());
            add(json, there, "user_agent", sender.userAgent());
            add(json, there, "ip", sender.address());
            add(json, there, "headers", sender.headers());
            add(json, there, "event_time", EventTime.format(receivedAtMillis));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return join(event.json(), added.toByteArray());
    }

    private static void add(JsonGenerator json, Set<String> there, String name, @Nullable String text)
            throws IOException {
        if (text != null && !there.contains(name)) {
            // Through bytes, since half of a surrogate pair cannot be written.
            json.writeStringField(name, new String(text.getBytes(UTF_8), UTF_8));
        }
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
