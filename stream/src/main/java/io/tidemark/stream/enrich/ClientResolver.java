package io.tidemark.stream.enrich;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tidemark.model.EnrichedEvent.Client;
import io.tidemark.model.TextCap;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells the client from an event's user agent. Some trackers send one that they have parsed, as JSON with {@code
 * family}, {@code os.family} and {@code device.family}: it is used as parsed, and the header's string taken from the
 * event's headers if it is there. For one thread.
 */
final class ClientResolver {
    private static final int MAX_DEPTH = 8;

    /** Agents that are at hand without asking the parser's cache, which is shared by all threads. A power of two. */
    private static final int PLACES = 1 << 12;

    private final JsonFactory json = new JsonFactory();
    private final UserAgentParser parser;
    private final @Nullable Resolved[] recent = new Resolved[PLACES];

    ClientResolver(UserAgentParser parser) {
        this.parser = parser;
    }

    /**
     * What an event says of its client.
     *
     * @param userAgent the header's string as far as known, within its cap; null if unknown
     */
    record Resolved(@Nullable String userAgent, Client client) {}

    Resolved resolve(@Nullable String userAgent, @Nullable String headers) {
        if (userAgent != null && !userAgent.isBlank() && !looksLikeJson(userAgent)) {
            int hash = userAgent.hashCode();
            int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
            Resolved known = recent[place];
            if (known == null || !userAgent.equals(known.userAgent())) {
                String text = TextCap.USER_AGENT.apply(userAgent);
                known = new Resolved(text, parser.parse(text));
                recent[place] = known;
            }
            return known;
        }
        String header = headers == null ? null : flatten(headers).get("user-agent");
        String text = header == null || header.isBlank() ? null : TextCap.USER_AGENT.apply(header);
        Client fromHeader = text == null ? Client.UNKNOWN : parser.parse(text);
        if (userAgent == null || userAgent.isBlank()) {
            return new Resolved(text, fromHeader);
        }
        Map<String, String> sent = flatten(userAgent);
        if (sent.isEmpty()) {
            String kept = TextCap.USER_AGENT.apply(userAgent);
            return new Resolved(text == null ? kept : text, text == null ? parser.parse(kept) : fromHeader);
        }
        return new Resolved(text == null ? TextCap.USER_AGENT.apply(userAgent) : text, merge(sent, fromHeader));
    }

    private static Client merge(Map<String, String> sent, Client fromHeader) {
        String browser = known(sent.get("family"));
        String os = known(sent.get("os.family"));
        String device = known(sent.get("device.family"));
        boolean spider = "Spider".equalsIgnoreCase(sent.get("device.family"));
        return new Client(
                fromHeader.device() == null ? device : fromHeader.device(),
                browser == null ? fromHeader.browser() : browser,
                os == null ? fromHeader.os() : os,
                spider || fromHeader.bot());
    }

    private static @Nullable String known(@Nullable String family) {
        return family == null || family.isBlank() || family.equals("Other") ? null : TextCap.NAME.apply(family);
    }

    private static boolean looksLikeJson(String text) {
        return text.stripLeading().startsWith("{");
    }

    /** The texts of a JSON object by their lower-case path, such as {@code os.family}; empty if it is not JSON. */
    private Map<String, String> flatten(String text) {
        Map<String, String> found = new HashMap<>();
        String[] path = new String[MAX_DEPTH];
        int depth = 0;
        try (JsonParser reader = json.createParser(text)) {
            if (reader.nextToken() != JsonToken.START_OBJECT) {
                return Map.of();
            }
            for (JsonToken token = reader.nextToken(); token != null; token = reader.nextToken()) {
                if (token == JsonToken.START_ARRAY) {
                    reader.skipChildren();
                } else if (token == JsonToken.START_OBJECT && ++depth >= MAX_DEPTH) {
                    return found;
                } else if (token == JsonToken.END_OBJECT && --depth < 0) {
                    return found;
                } else if (token == JsonToken.FIELD_NAME) {
                    String name = reader.currentName().toLowerCase(Locale.ROOT);
                    path[depth] = depth == 0 ? name : path[depth - 1] + "." + name;
                } else if (token == JsonToken.VALUE_STRING) {
                    found.putIfAbsent(path[depth], reader.getText());
                }
            }
            return found;
        } catch (IOException notJson) {
            return Map.of();
        }
    }
}
