package io.tidemark.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * Raw events as JSON in UTF-8. Unknown fields are allowed; of a field given twice the last one counts, as in most parsers,
 * though each must have the right type. The whole text must be valid JSON. {@code user_agent} and {@code headers} may be
 * objects as well as text: the object's JSON is then the text. Thread-safe.
 */
public final class RawEventCodec {
    private static final int TYPICAL_LENGTH = 512;
    private static final byte[] URL = JsonBytes.name("url");
    private static final byte[] REFERRER = JsonBytes.name("referrer");
    private static final byte[] USER_AGENT = JsonBytes.name("user_agent");
    private static final byte[] HOST = JsonBytes.name("host");
    private static final byte[] IP = JsonBytes.name("ip");
    private static final byte[] HEADERS = JsonBytes.name("headers");
    private static final byte[] EVENT_TIME = JsonBytes.name("event_time");

    private final JsonFactory json = new JsonFactory();
    private final RecentTexts recent = new RecentTexts();

    /**
     * Reads a record's value.
     *
     * @throws InvalidEventException with a reason if it cannot be used
     */
    public RawEvent decode(byte @Nullable [] value) throws InvalidEventException {
        if (value == null || value.length == 0) {
            throw new InvalidEventException(RejectReason.EMPTY, "The record has no value");
        }
        RawScanner scanner = new RawScanner(value, recent);
        if (scanner.scan()) {
            return event(
                    scanner.host(),
                    scanner.eventTime(),
                    scanner.url(),
                    scanner.referrer(),
                    scanner.userAgent(),
                    scanner.ip(),
                    scanner.headers());
        }
        return parse(value);
    }

    /** Reads any record, however odd. */
    RawEvent parse(byte[] value) throws InvalidEventException {
        int invalid = Utf8.firstInvalid(value);
        if (invalid >= 0) {
            throw malformed("Not valid UTF-8 at byte " + invalid);
        }
        try (JsonParser parser = json.createParser(value)) {
            Fields fields = new Fields();
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                requireJson(parser);
                throw new InvalidEventException(RejectReason.NOT_AN_OBJECT, "The record is JSON but not an object");
            }
            InvalidEventException wrongType = null;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                try {
                    fields.read(name, parser);
                } catch (InvalidEventException e) {
                    wrongType = wrongType == null ? e : wrongType;
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw malformed("Something follows the JSON object");
            }
            if (wrongType != null) {
                throw wrongType;
            }
            return fields.toEvent();
        } catch (StreamConstraintsException e) {
            throw malformed("Beyond the parser's limits: " + e.getOriginalMessage());
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw malformed("Not valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw malformed("Not valid UTF-8: " + e.getMessage());
        }
    }

    /** Writes an event as JSON, UTF-8; absent fields are left out. */
    public byte[] encode(RawEvent event) {
        return new JsonBytes(TYPICAL_LENGTH)
                .known(URL, wellFormed(event.url()))
                .known(REFERRER, wellFormed(event.referrer()))
                .known(USER_AGENT, wellFormed(event.userAgent()))
                .known(HOST, wellFormed(event.host()))
                .known(IP, wellFormed(event.ip()))
                .known(HEADERS, wellFormed(event.headers()))
                .text(EVENT_TIME, EventTime.format(event.eventTimeMillis()))
                .end();
    }

    /** Text may hold lone surrogates, which no UTF-8 can carry: they are written as U+FFFD. */
    private static @Nullable String wellFormed(@Nullable String text) {
        return text == null ? null : WellFormed.of(text);
    }

    /** Reads to the end, so that text that is not JSON is called so. */
    private static void requireJson(JsonParser parser) throws IOException, InvalidEventException {
        if (parser.currentToken() == null) {
            throw malformed("The record holds no JSON value");
        }
        parser.skipChildren();
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            parser.getText();
        }
        if (parser.nextToken() != null) {
            throw malformed("Something follows the JSON value");
        }
    }

    private static InvalidEventException malformed(String message) {
        return new InvalidEventException(RejectReason.MALFORMED_JSON, message);
    }

    private final class Fields {
        private @Nullable String url;
        private @Nullable String referrer;
        private @Nullable String userAgent;
        private @Nullable String host;
        private @Nullable String ip;
        private @Nullable String headers;
        private @Nullable String eventTime;

        void read(String name, JsonParser parser) throws IOException, InvalidEventException {
            switch (name) {
                case "url" -> url = text(name, parser);
                case "referrer" -> referrer = text(name, parser);
                case "user_agent" -> userAgent = textOrObject(name, parser);
                case "host" -> host = text(name, parser);
                case "ip" -> ip = text(name, parser);
                case "headers" -> headers = textOrObject(name, parser);
                case "event_time" -> eventTime = text(name, parser);
                default -> skip(parser);
            }
        }

        /** Reads an unknown value to its end: the parser is lazy, and invalid text inside must be noticed. */
        private static void skip(JsonParser parser) throws IOException {
            int depth = 0;
            do {
                JsonToken token = parser.currentToken();
                if (token == null) {
                    throw new IllegalStateException("The parser ended inside a value");
                } else if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token == JsonToken.VALUE_STRING) {
                    parser.getTextLength();
                }
            } while (depth > 0 && parser.nextToken() != null);
        }

        private @Nullable String textOrObject(String name, JsonParser parser)
                throws IOException, InvalidEventException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                return text(name, parser);
            }
            StringWriter copy = new StringWriter();
            try (JsonGenerator generator = json.createGenerator(copy)) {
                generator.copyCurrentStructure(parser);
            }
            return copy.toString();
        }

        private static @Nullable String text(String name, JsonParser parser) throws IOException, InvalidEventException {
            return switch (parser.currentToken()) {
                case VALUE_STRING -> parser.getText();
                case VALUE_NULL -> null;
                default ->
                    throw new InvalidEventException(
                            RejectReason.WRONG_TYPE,
                            "Field %s must be a string; was %s"
                                    .formatted(
                                            name, parser.currentToken().name().toLowerCase(java.util.Locale.ROOT)));
            };
        }

        RawEvent toEvent() throws InvalidEventException {
            return event(host, eventTime, url, referrer, userAgent, ip, headers);
        }
    }

    private static RawEvent event(
            @Nullable String host,
            @Nullable String eventTime,
            @Nullable String url,
            @Nullable String referrer,
            @Nullable String userAgent,
            @Nullable String ip,
            @Nullable String headers)
            throws InvalidEventException {
        if (host == null || host.isBlank()) {
            throw new InvalidEventException(RejectReason.MISSING_HOST, "Field host is absent or blank");
        }
        if (eventTime == null) {
            throw new InvalidEventException(RejectReason.MISSING_EVENT_TIME, "Field event_time is absent");
        }
        return new RawEvent(host, EventTime.parse(eventTime), url, referrer, userAgent, ip, headers);
    }
}
