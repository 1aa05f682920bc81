package io.tidemark.stream.aggregate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.DurationText;
import io.tidemark.model.SlicedWindows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * What the user wants counted besides the two tables of the contract, as YAML:
 *
 * <pre>{@code
 * aggregates:
 *   - table: hits_by_page
 *     dimensions: [host, path]
 *     measures: [hits, visitors]
 *     window: {hop: {size: 1h, every: 5m}}
 * }</pre>
 */
public final class AggregatesFile {
    private static final String DEFAULT = "default";
    private static final String NONE = "none";
    private static final String ROOT = "aggregates";
    private static final String HITS = "hits";
    private static final String VISITORS = "visitors";
    private static final Set<String> KEYS = Set.of("table", "dimensions", "measures", "window");
    private static final String WINDOWS =
            "{tumble: 1h}, {hop: {size: 1h, every: 5m}} or {cumulate: {size: 1d, every: 1h}}";

    private AggregatesFile() {}

    /**
     * What is chosen by a word or a file.
     *
     * @param choice {@code default}, {@code none}, or the path of a file
     * @throws IllegalArgumentException if the file cannot be used; tells what is wrong with which entry
     */
    public static List<Aggregate> choose(String choice) {
        return switch (choice) {
            case DEFAULT -> Aggregate.DEFAULTS;
            case NONE -> List.of();
            default -> read(Path.of(choice));
        };
    }

    private static List<Aggregate> read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "%s: there is no such file; give one, or default or none".formatted(file), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("%s cannot be read (%s)".formatted(file, e), e);
        }
        try {
            return parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /**
     * What the text of such a file says.
     *
     * @throws IllegalArgumentException if it cannot be used; tells what is wrong with which entry
     */
    static List<Aggregate> parse(String yaml) {
        JsonNode root;
        try {
            root = new ObjectMapper(new YAMLFactory())
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .readTree(yaml);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not valid YAML: " + e.getOriginalMessage(), e);
        }
        JsonNode entries = root == null ? null : root.get(ROOT);
        if (entries == null || !entries.isArray() || root.size() != 1) {
            throw new IllegalArgumentException("a list under the one key \"" + ROOT + "\" is needed");
        }
        List<Aggregate> found = new ArrayList<>();
        for (JsonNode each : entries) {
            try {
                found.add(entry(each));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("entry %d: %s".formatted(found.size() + 1, e.getMessage()), e);
            }
        }
        Aggregate.requireDistinct(found);
        return found;
    }

    private static Aggregate entry(JsonNode entry) {
        if (!entry.isObject()) {
            throw new IllegalArgumentException("has no keys; there are table, dimensions, measures, window");
        }
        for (Iterator<String> names = entry.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!KEYS.contains(name)) {
                throw new IllegalArgumentException(
                        "there is no key \"%s\"; there are table, dimensions, measures, window".formatted(name));
            }
        }
        if (!entry.path("table").isTextual()) {
            throw new IllegalArgumentException("table is missing, e.g. table: hits_by_page");
        }
        String table = entry.path("table").asText();
        List<Dimension> dimensions = texts(entry, table, "dimensions", "[host, path]").stream()
                .map(code -> dimension(table, code))
                .toList();
        List<String> measures =
                entry.has("measures") ? texts(entry, table, "measures", "[hits, visitors]") : List.of(HITS, VISITORS);
        for (String each : measures) {
            if (!each.equals(HITS) && !each.equals(VISITORS)) {
                throw new IllegalArgumentException(
                        "table \"%s\": there is no measure \"%s\"; there are hits, visitors".formatted(table, each));
            }
        }
        if (!measures.contains(HITS)) {
            throw new IllegalArgumentException(
                    "table \"%s\": hits are always counted; measures are [hits] or [hits, visitors]".formatted(table));
        }
        SlicedWindows windows = null;
        if (entry.has("window")) {
            try {
                windows = windows(entry.path("window"));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("table \"%s\": window: %s".formatted(table, e.getMessage()), e);
            }
        }
        return new Aggregate(table, dimensions, measures.contains(VISITORS)).in(windows);
    }

    private static SlicedWindows windows(JsonNode window) {
        JsonNode tumble = window.path("tumble");
        JsonNode hop = window.path("hop");
        JsonNode cumulate = window.path("cumulate");
        if (window.size() == 1 && tumble.isTextual()) {
            return SlicedWindows.tumble(duration("tumble", tumble));
        } else if (window.size() == 1 && hop.isObject()) {
            return SlicedWindows.hop(part(hop, "size"), part(hop, "every"));
        } else if (window.size() == 1 && cumulate.isObject()) {
            return SlicedWindows.cumulate(part(cumulate, "size"), part(cumulate, "every"));
        }
        throw new IllegalArgumentException("must be one of %s; was %s".formatted(WINDOWS, window));
    }

    private static Duration part(JsonNode kind, String name) {
        if (kind.size() != 2 || !kind.path(name).isTextual()) {
            throw new IllegalArgumentException(
                    "size and every are needed, and nothing else, as in %s".formatted(WINDOWS));
        }
        return duration(name, kind.path(name));
    }

    private static Duration duration(String name, JsonNode text) {
        try {
            return DurationText.parse(text.asText());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " " + e.getMessage(), e);
        }
    }

    private static Dimension dimension(String table, String code) {
        try {
            return Dimension.ofCode(code);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("table \"%s\": %s".formatted(table, e.getMessage()), e);
        }
    }

    private static List<String> texts(JsonNode entry, String table, String key, String example) {
        JsonNode list = entry.path(key);
        List<String> texts = new ArrayList<>();
        for (JsonNode each : list) {
            texts.add(each.asText());
        }
        if (!list.isArray() || texts.isEmpty()) {
            throw new IllegalArgumentException(
                    "table \"%s\": %s is to be a list, e.g. %2$s: %s".formatted(table, key, example));
        }
        return texts;
    }
}
