package io.tidemark.model;

import static com.fasterxml.jackson.core.JsonToken.VALUE_NULL;
import static com.fasterxml.jackson.core.JsonToken.VALUE_STRING;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Enriched events as JSON, topic {@link Topics#ENRICHED}. The fields of the contract ({@code ip, event_timestamp,
 * referrer, host, url, geodata}) are always there, null if unknown; what enrichment adds only where known. Thread-safe.
 */
public final class EnrichedEventCodec {
    private static final String NO_GEODATA = "{}";
    private static final int TYPICAL_LENGTH = 768;

    private static final byte[] IP = JsonBytes.name("ip");
    private static final byte[] EVENT_TIMESTAMP = JsonBytes.name("event_timestamp");
    private static final byte[] REFERRER = JsonBytes.name("referrer");
    private static final byte[] HOST = JsonBytes.name("host");
    private static final byte[] URL = JsonBytes.name("url");
    private static final byte[] GEODATA = JsonBytes.name("geodata");
    private static final byte[] COUNTRY = JsonBytes.name("country");
    private static final byte[] STATE = JsonBytes.name("state");
    private static final byte[] CITY = JsonBytes.name("city");
    private static final byte[] DEVICE = JsonBytes.name("device");
    private static final byte[] BROWSER = JsonBytes.name("browser");
    private static final byte[] OS = JsonBytes.name("os");
    private static final byte[] BOT = JsonBytes.name("bot");
    private static final byte[] REFERRER_SOURCE = JsonBytes.name("referrer_source");
    private static final byte[] VISITOR_ID = JsonBytes.name("visitor_id");
    private static final byte[] UTM_SOURCE = JsonBytes.name("utm_source");
    private static final byte[] UTM_MEDIUM = JsonBytes.name("utm_medium");
    private static final byte[] UTM_CAMPAIGN = JsonBytes.name("utm_campaign");
    private static final byte[] UTM_TERM = JsonBytes.name("utm_term");
    private static final byte[] UTM_CONTENT = JsonBytes.name("utm_content");

    private final JsonFactory json = new JsonFactory();

    /** Writes an event as JSON, UTF-8. */
    public byte[] encode(EnrichedEvent event) {
        return new JsonBytes(TYPICAL_LENGTH)
                .text(IP, event.ip())
                .text(EVENT_TIMESTAMP, EventTime.format(event.eventTimeMillis()))
                .text(REFERRER, event.referrer())
                .text(HOST, event.host())
                .text(URL, event.url())
                .text(GEODATA, geodata(event.geo()))
                .known(COUNTRY, event.geo().country())
                .known(DEVICE, event.client().device())
                .known(BROWSER, event.client().browser())
                .known(OS, event.client().os())
                .bool(BOT, event.client().bot())
                .text(REFERRER_SOURCE, event.source().code())
                .known(UTM_SOURCE, event.campaign().source())
                .known(UTM_MEDIUM, event.campaign().medium())
                .known(UTM_CAMPAIGN, event.campaign().name())
                .known(UTM_TERM, event.campaign().term())
                .known(UTM_CONTENT, event.campaign().content())
                .known(VISITOR_ID, event.visitorId())
                .end();
    }

    /** A place as JSON text with the fields {@code country, state, city} that are known; {@code {}} if none is. */
    public String geodata(EnrichedEvent.Geo geo) {
        if (geo.isUnknown()) {
            return NO_GEODATA;
        }
        byte[] json = new JsonBytes(96)
                .known(COUNTRY, geo.country())
                .known(STATE, geo.state())
                .known(CITY, geo.city())
                .end();
        return new String(json, StandardCharsets.UTF_8);
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
}
