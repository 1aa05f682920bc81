package io.tidemark.model;

import static com.fasterxml.jackson.core.JsonToken.VALUE_NULL;
import static com.fasterxml.jackson.core.JsonToken.VALUE_STRING;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Enriched events as JSON, topic {@link Topics#ENRICHED}. The fields of the contract ({@code ip, event_timestamp,
 * referrer, host, url, geodata}) are always there, null if unknown; what enrichment adds only where known. Thread-safe.
 */
public final class EnrichedEventCodec {
    private static final String NO_GEODATA = "{}";

    private final JsonFactory json = new JsonFactory();

    /** Writes an event as JSON, UTF-8. */
    public byte[] encode(EnrichedEvent event) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(768);
        try (JsonGenerator generator = json.createGenerator(out)) {
            generator.writeStartObject();
            generator.writeStringField("ip", event.ip());
            generator.writeStringField("event_timestamp", EventTime.format(event.eventTimeMillis()));
            generator.writeStringField("referrer", event.referrer());
            generator.writeStringField("host", event.host());
            generator.writeStringField("url", event.url());
            generator.writeStringField("geodata", geodata(event.geo()));
            writeKnown(generator, "country", event.geo().country());
            writeKnown(generator, "device", event.client().device());
            writeKnown(generator, "browser", event.client().browser());
            writeKnown(generator, "os", event.client().os());
            generator.writeBooleanField("bot", event.client().bot());
            generator.writeStringField("referrer_source", event.source().code());
            writeKnown(generator, "utm_source", event.campaign().source());
            writeKnown(generator, "utm_medium", event.campaign().medium());
            writeKnown(generator, "utm_campaign", event.campaign().name());
            writeKnown(generator, "utm_term", event.campaign().term());
            writeKnown(generator, "utm_content", event.campaign().content());
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write JSON to memory", e);
        }
        return out.toByteArray();
    }

    /** A place as JSON text with the fields {@code country, state, city} that are known; {@code {}} if none is. */
    public String geodata(EnrichedEvent.Geo geo) {
        if (geo.isUnknown()) {
            return NO_GEODATA;
        }
        StringWriter out = new StringWriter(96);
        try (JsonGenerator generator = json.createGenerator(out)) {
            generator.writeStartObject();
            writeKnown(generator, "country", geo.country());
            writeKnown(generator, "state", geo.state());
            writeKnown(generator, "city", geo.city());
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write JSON to memory", e);
        }
        return out.toString();
    }

    /**
     * Reads what counting needs; reads no further than it must.
     *
     * @throws InvalidEventException with a reason if host or timestamp cannot be read
     */
    public Hit decodeHit(byte @Nullable [] value) throws InvalidEventException {
        if (value == null || value.length == 0) {
            throw new InvalidEventException(RejectReason.EMPTY, "The record has no value");
        }
        String host = null;
        String referrer = null;
        boolean referrerSeen = false;
        String timestamp = null;
        try (JsonParser parser = json.createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidEventException(RejectReason.NOT_AN_OBJECT, "The record is not a JSON object");
            }
            while ((host == null || timestamp == null || !referrerSeen) && parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "host" -> host = text(name, token, parser);
                    case "event_timestamp" -> timestamp = text(name, token, parser);
                    case "referrer" -> {
                        referrer = text(name, token, parser);
                        referrerSeen = true;
                    }
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new InvalidEventException(RejectReason.MALFORMED_JSON, "Not valid JSON: " + e.getMessage());
        }
        if (host == null || host.isBlank()) {
            throw new InvalidEventException(RejectReason.MISSING_HOST, "Field host is absent or blank");
        }
        if (timestamp == null) {
            throw new InvalidEventException(RejectReason.MISSING_EVENT_TIME, "Field event_timestamp is absent");
        }
        return new Hit(
                TextCap.HOST.apply(host),
                referrer == null ? "" : TextCap.REFERRER.apply(referrer),
                EventTime.parse(timestamp));
    }

    private static @Nullable String text(String name, JsonToken token, JsonParser parser)
            throws IOException, InvalidEventException {
        if (token == VALUE_STRING) {
            return parser.getText();
        }
        if (token == VALUE_NULL) {
            return null;
        }
        throw new InvalidEventException(RejectReason.WRONG_TYPE, "Field " + name + " must be a string");
    }

    private static void writeKnown(JsonGenerator generator, String name, @Nullable String value) throws IOException {
        if (value != null) {
            generator.writeStringField(name, value);
        }
    }
}
