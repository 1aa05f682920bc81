package io.tidemark.chaos.check;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.chaos.traffic.Outcome;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * The value of a record of the second topic, read by a reader of our own: a JSON object with all fields of the contract,
 * null where unknown, and the time as ISO-8601 in UTC.
 */
final class ForwardedEvent {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private ForwardedEvent() {}

    /** Null if it has another form. */
    static Outcome.@Nullable Stored of(byte @Nullable [] value) {
        if (value == null) {
            return null;
        }
        try {
            JsonNode event = JSON.readTree(value);
            String host = text(event, "host");
            String referrer = text(event, "referrer");
            String time = text(event, "event_timestamp");
            String url = text(event, "url");
            String ip = text(event, "ip");
            return host == null || time == null
                    ? null
                    : new Outcome.Stored(
                            host,
                            referrer == null ? "" : referrer,
                            Instant.parse(time).toEpochMilli(),
                            url,
                            ip,
                            null);
        } catch (IOException | IllegalArgumentException | DateTimeParseException e) {
            return null;
        }
    }

    private static @Nullable String text(JsonNode event, String name) {
        JsonNode field = event.required(name);
        if (!field.isTextual() && !field.isNull()) {
            throw new IllegalArgumentException(name + " is no text: " + field);
        }
        return field.textValue();
    }
}
