package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidemark.collect.intake.EventIds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a request: one event, or a list of them. That it is JSON, and what tells events apart, is asked here; what
 * their fields hold is for the pipeline, which keeps what it rejects. Thread-safe.
 */
final class EventsBody {
    /** UTF-8 only: of another encoding, which it would guess, it could not tell where an event begins. */
    private final JsonFactory json =
            JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION).build();

    private final int maxEvents;

    EventsBody(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    /**
     * Reads all events.
     *
     * @return each with its own bytes, at least one
     * @throws RefusedException if it is no JSON in UTF-8, no event or list of them, or an id cannot be used
     */
    List<SentEvent> read(byte[] body) throws RefusedException {
        requireUtf8(body);
        try (JsonParser parser = json.createParser(body)) {
            List<SentEvent> events = new ArrayList<>();
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    if (events.size() == maxEvents) {
                        throw new RefusedException(
                                Refusal.TOO_MANY_EVENTS, "More than %d events in one request".formatted(maxEvents));
                    }
                    events.add(event(body, parser, "event " + (events.size() + 1)));
                }
                if (parser.currentToken() != JsonToken.END_ARRAY || events.isEmpty()) {
                    throw notEvents();
                }
            } else if (first == JsonToken.START_OBJECT) {
                events.add(event(body, parser, "the event"));
            } else {
                throw notEvents();
            }
            if (parser.nextToken() != null) {
                throw new RefusedException(Refusal.INVALID_BODY, "Something follows the JSON");
            }
            return events;
        } catch (JacksonException e) {
            throw new RefusedException(Refusal.INVALID_BODY, "Not valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new RefusedException(Refusal.INVALID_BODY, "Not readable: " + e.getMessage());
        }
    }

    private static RefusedException notEvents() {
        return new RefusedException(
                Refusal.INVALID_BODY, "The body must be an event, a JSON object, or a list of at least one");
    }

    private static SentEvent event(byte[] body, JsonParser parser, String name) throws IOException, RefusedException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        Set<String> fields = new HashSet<>();
        String id = null;
        String host = null;
        String url = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_NULL) {
                // Of a field given twice the last one counts, as for whoever reads the event.
                fields.remove(field);
            } else {
                fields.add(field);
            }
            switch (field) {
                case "id" -> id = value == JsonToken.VALUE_NULL ? null : id(parser, name);
                case "host" -> host = textOrNull(parser);
                case "url" -> url = textOrNull(parser);
                default -> parser.skipChildren();
            }
        }
        int to = (int) parser.currentLocation().getByteOffset();
        return new SentEvent(Arrays.copyOfRange(body, from, to), fields, id, host, url);
    }

    private static String id(JsonParser parser, String name) throws IOException, RefusedException {
        if (parser.currentToken() != JsonToken.VALUE_STRING || !EventIds.isValid(parser.getText())) {
            throw new RefusedException(
                    Refusal.INVALID_ID, "The id of %s must be a text of %s".formatted(name, EventIds.FORM));
        }
        return parser.getText();
    }

    private static @Nullable String textOrNull(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return null;
    }

    private static void requireUtf8(byte[] body) throws RefusedException {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException e) {
            throw new RefusedException(Refusal.INVALID_BODY, "The body is not valid UTF-8");
        }
    }
}
