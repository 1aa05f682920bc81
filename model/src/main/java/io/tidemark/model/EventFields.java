package io.tidemark.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Texts of dimensions, and the visitor, of an enriched record. Records of the form that {@link EnrichedEventCodec} writes are
 * read without making objects; any other by a parser, which leaves empty what it cannot read. Not thread-safe.
 */
final class EventFields {
    private static final String VISITOR_ID = "visitor_id";
    private static final byte[][] LITERALS = {"false".getBytes(UTF_8), "true".getBytes(UTF_8), "null".getBytes(UTF_8)};

    private final JsonFactory json = new JsonFactory();
    private final List<Dimension> dimensions;
    private final Map<Dimension, Slice> texts = new EnumMap<>(Dimension.class);

    /** By the number of the aggregate, and that of its dimension. */
    private final Slice[][] keys;

    private final Slice visitor = new Slice();

    /** Names of the fields to be found. */
    private final byte[][] names;

    private final Slice[] found;
    private final boolean[] seen;

    /** Whether it has a text, which may be empty. */
    private final boolean[] known;

    /** For the dimensions of these aggregates. */
    EventFields(List<Aggregate> aggregates) {
        Set<Dimension> needed = EnumSet.noneOf(Dimension.class);
        boolean visitors = false;
        for (Aggregate each : aggregates) {
            needed.addAll(each.dimensions());
            visitors |= each.visitors();
        }
        dimensions = List.copyOf(needed);
        List<byte[]> fields = new ArrayList<>();
        List<Slice> slices = new ArrayList<>();
        for (Dimension each : dimensions) {
            Slice text = new Slice();
            texts.put(each, text);
            fields.add(each.field().getBytes(UTF_8));
            slices.add(text);
        }
        keys = aggregates.stream()
                .map(aggregate ->
                        aggregate.dimensions().stream().map(texts::get).toArray(Slice[]::new))
                .toArray(Slice[][]::new);
        if (visitors) {
            fields.add(VISITOR_ID.getBytes(UTF_8));
            slices.add(visitor);
        }
        names = fields.toArray(byte[][]::new);
        found = slices.toArray(Slice[]::new);
        seen = new boolean[names.length];
        known = new boolean[names.length];
    }

    /** Names of the fields, which columns of {@code processed_events} have too. */
    Set<String> columns() {
        Set<String> columns = new TreeSet<>();
        for (byte[] each : names) {
            columns.add(new String(each, UTF_8));
        }
        return columns;
    }

    /** Reads a record's value. */
    void read(byte[] value) {
        if (!scan(value)) {
            parse(value);
        }
    }

    /** Takes the texts of fields, as a row of {@code processed_events} has them; absent ones are null. */
    void take(Map<String, String> fields) {
        texts.forEach((dimension, text) -> text.set(dimension.of(fields.get(dimension.field()))));
        String id = fields.get(VISITOR_ID);
        visitor.set(id == null ? "" : id);
    }

    /**
     * Writes the key of the event's group, its texts joined by {@link Aggregate#SEPARATOR}.
     *
     * @param aggregate its number in the list
     * @param key has room for any key, see {@link Aggregate#MAX_KEY_BYTES}
     * @return its length
     */
    int writeKey(int aggregate, byte[] key) {
        Slice[] parts = keys[aggregate];
        int length = 0;
        for (int i = 0; i < parts.length; i++) {
            if (i > 0) {
                key[length++] = Aggregate.SEPARATOR;
            }
            Slice part = parts[i];
            System.arraycopy(part.bytes, part.from, key, length, part.length());
            length += part.length();
        }
        return length;
    }

    /** The visitor's text in UTF-8, or null if unknown. */
    byte @Nullable [] visitor() {
        return visitor.length() == 0 ? null : Arrays.copyOfRange(visitor.bytes, visitor.from, visitor.to);
    }

    private void clear() {
        Arrays.fill(seen, false);
        Arrays.fill(known, false);
        for (Slice each : found) {
            each.clear();
        }
    }

    /** False if the record is to be parsed: then what has been found means nothing. */
    private boolean scan(byte[] value) {
        clear();
        if (value.length == 0 || value[0] != '{') {
            return false;
        }
        int left = names.length;
        int at = 1;
        while (left > 0) {
            int nameTo = PlainJson.endOfString(value, at);
            if (nameTo < 0 || nameTo + 2 >= value.length || value[nameTo + 1] != ':') {
                return false;
            }
            int from = nameTo + 2;
            boolean isString = value[from] == '"';
            int field = field(value, at + 1, nameTo);
            int to = isString ? endOfString(value, from, field < 0) : endOfLiteral(value, from);
            if (to < 0) {
                return false;
            }
            if (field >= 0) {
                left -= take(value, field, isString ? from + 1 : from, to, isString);
                if (left < 0) {
                    return false;
                }
            }
            at = isString ? to + 1 : to;
            if (at < value.length && value[at] == '}') {
                break;
            }
            if (at >= value.length || value[at] != ',') {
                return false;
            }
            at++;
        }
        // The fields of dimensions are the first ones, in the order of dimensions.
        for (int i = 0; i < dimensions.size(); i++) {
            if (known[i] && !dimensions.get(i).narrow(found[i])) {
                return false;
            }
        }
        return true;
    }

    /** How many of the names have been found with this field; more than there are if it is there twice. */
    private int take(byte[] value, int field, int from, int to, boolean isString) {
        int taken = 0;
        // Two dimensions may be told from one field.
        for (int i = field; i < names.length; i++) {
            if (i == field || Arrays.equals(names[i], names[field])) {
                if (seen[i]) {
                    return names.length + 1;
                }
                seen[i] = true;
                known[i] = isString || value[from] != 'n';
                if (known[i]) {
                    found[i].set(value, from, to);
                }
                taken++;
            }
        }
        return taken;
    }

    private int field(byte[] value, int from, int to) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].length == to - from && Arrays.equals(names[i], 0, names[i].length, value, from, to)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Index of the quote that ends a string; -1 if that is for the parser to find out.
     *
     * @param skipped whether the string's text does not matter, so that it may hold escapes and any character
     */
    private static int endOfString(byte[] value, int quote, boolean skipped) {
        if (!skipped) {
            return PlainJson.endOfString(value, quote);
        }
        int at = quote + 1;
        while (true) {
            at = PlainJson.endOfPlain(value, at);
            if (at >= value.length) {
                return -1;
            }
            if (value[at] == '"') {
                return at;
            }
            if (value[at] >= 0 && value[at] < ' ') {
                return -1;
            }
            at += value[at] == '\\' ? 2 : 1;
        }
    }

    /** Index behind {@code true}, {@code false} or {@code null}; -1 if it is something else. */
    private static int endOfLiteral(byte[] value, int from) {
        for (byte[] literal : LITERALS) {
            int to = from + literal.length;
            if (to < value.length
                    && value[from] == literal[0]
                    && (value[to] == ',' || value[to] == '}')
                    && Arrays.equals(value, from, to, literal, 0, literal.length)) {
                return to;
            }
        }
        return -1;
    }

    private void parse(byte[] value) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = json.createParser(value)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken token = parser.nextToken();
                    if (token == JsonToken.VALUE_STRING
                            || token == JsonToken.VALUE_TRUE
                            || token == JsonToken.VALUE_FALSE) {
                        fields.put(name, parser.getText());
                    } else {
                        fields.remove(name);
                        parser.skipChildren();
                    }
                }
            }
        } catch (IOException broken) {
            // Whoever counts hits has accepted the record by what stands before: the rest counts as unknown.
        }
        take(fields);
    }
}
