package io.tidemark.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads of an enriched record what sessions need. It accepts what counting accepts, see {@link EnrichedEventCodec#decodeHit};
 * of the other fields it leaves unknown what it cannot read. Not thread-safe.
 */
public final class VisitorViewReader {
    private final SessionsBy by;
    private final HitScanner scanner = new HitScanner();
    private final EnrichedEventCodec codec = new EnrichedEventCodec();
    private final JsonFactory json = new JsonFactory();

    private @Nullable String ip;
    private @Nullable String url;
    private @Nullable String referrerSource;
    private @Nullable String visitorId;

    public VisitorViewReader(SessionsBy by) {
        this.by = by;
    }

    /**
     * Reads a record.
     *
     * @param source where the event stands in the raw topic
     * @throws InvalidEventException with a reason if host or timestamp cannot be read
     */
    public VisitorView read(byte @Nullable [] value, SourceCoordinates source) throws InvalidEventException {
        ip = null;
        url = null;
        referrerSource = null;
        visitorId = null;
        if (value != null && scanner.scan(value)) {
            takeFields(value);
            String host = new String(
                    value, scanner.hostFrom(), scanner.hostTo() - scanner.hostFrom(), StandardCharsets.US_ASCII);
            return view(host, scanner.eventTimeMillis(), source);
        }
        Hit hit = codec.decodeHit(value);
        if (value != null) {
            takeFields(value);
        }
        return view(hit.host(), hit.eventTimeMillis(), source);
    }

    private VisitorView view(String host, long timeMillis, SourceCoordinates source) {
        String address = ip == null ? null : TextCap.IP.apply(ip);
        return new VisitorView(
                host,
                by.of(visitorId, address),
                new PageView(
                        timeMillis,
                        source,
                        Dimension.PATH.of(url),
                        Dimension.REFERRER_SOURCE.of(referrerSource),
                        address));
    }

    private void takeFields(byte[] value) {
        try (JsonParser parser = json.createParser(value)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "ip" -> ip = text(token, parser);
                    case "url" -> url = text(token, parser);
                    case "referrer_source" -> referrerSource = text(token, parser);
                    case "visitor_id" -> visitorId = text(token, parser);
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException broken) {
            // Whoever counts hits has accepted the record by what stands before: the rest counts as unknown.
        }
    }

    private static @Nullable String text(JsonToken token, JsonParser parser) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return null;
    }
}
