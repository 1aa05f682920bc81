package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A table of counts by window, besides the two of the contract: hits and perhaps visitors of each combination of texts
 * that some dimensions have.
 *
 * @param table name of the table, in lower case
 * @param dimensions at least one; with the window they are the table's key, in this order
 * @param visitors whether visitors are counted as well as hits
 * @param generation tells a table from one of the same name before; empty as long as no table is meant
 */
public record Aggregate(String table, List<Dimension> dimensions, boolean visitors, String generation)
        implements Serializable {
    /** What separates the texts of a group's key. Texts of events never hold it. */
    public static final char SEPARATOR = '\0';

    private static final long serialVersionUID = 1L;
    private static final String PREFIX = "processed_events_aggregated_";
    /** Postgres' names have 63 bytes at most; those of the rollups add up to six. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,56}");

    /** A key of Postgres' btree holds 2,704 bytes; the window, the texts' lengths and their padding take some of it. */
    static final int MAX_KEY_BYTES = 2_600;

    private static final Set<String> TAKEN = Set.of(
            "processed_events",
            "processed_events_aggregated",
            "processed_events_aggregated_source",
            "ingest_ledger",
            "ingest_rejected",
            "ingest_passed_over",
            "visitor_salts",
            "window_corrections",
            "aggregate_progress",
            "aggregate_settings",
            "aggregate_tables",
            "processed_events_sessions",
            "rollup_progress",
            "rollup_settings",
            "rollup_staging",
            "session_settings",
            "session_corrections",
            "session_progress",
            "tidemark_schema_history");

    // Below the constants by which it is checked.
    /** Visitors by host, pages, kinds of referrers, countries, devices with browsers, campaigns. */
    public static final List<Aggregate> DEFAULTS = List.of(
            of("visitors", Dimension.HOST),
            of("page", Dimension.HOST, Dimension.PATH),
            of("referrer_source", Dimension.HOST, Dimension.REFERRER_SOURCE),
            of("country", Dimension.HOST, Dimension.COUNTRY),
            of("client", Dimension.HOST, Dimension.DEVICE, Dimension.BROWSER),
            of("campaign", Dimension.HOST, Dimension.UTM_SOURCE, Dimension.UTM_MEDIUM, Dimension.UTM_CAMPAIGN));

    public Aggregate {
        requireNonNull(table, "table is null");
        generation = generation == null ? "" : generation;
        dimensions = List.copyOf(dimensions);
        if (!NAME.matcher(table).matches()) {
            throw new IllegalArgumentException(
                    "table \"%s\": a name is up to 57 of a-z, 0-9 and _, and begins with a letter".formatted(table));
        }
        if (TAKEN.contains(table)) {
            throw new IllegalArgumentException("table \"%s\" is another one of Tidemark's".formatted(table));
        }
        if (dimensions.isEmpty()) {
            throw new IllegalArgumentException("table \"%s\" has no dimension".formatted(table));
        }
        if (new HashSet<>(dimensions).size() < dimensions.size()) {
            throw new IllegalArgumentException(
                    "table \"%s\" has a dimension twice: %s".formatted(table, Dimension.codes(dimensions)));
        }
        int bytes = dimensions.stream().mapToInt(Dimension::maxBytes).sum();
        if (bytes > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "table \"%s\": %s may take %,d bytes together, more than the %,d that a key can have; leave one out"
                            .formatted(table, Dimension.codes(dimensions), bytes, MAX_KEY_BYTES));
        }
    }

    /** Whatever table it is counted into. */
    public Aggregate(String table, List<Dimension> dimensions, boolean visitors) {
        this(table, dimensions, visitors, "");
    }

    /** Counted into that table, of those that there may have been under its name. */
    public Aggregate inGeneration(String ofTable) {
        return new Aggregate(table, dimensions, visitors, ofTable);
    }

    /** Tells it from what else is or was counted, also under the same name: counts of another are none of this one's. */
    public String id() {
        return "%s|%s|%s|%s".formatted(table, Dimension.codes(dimensions), visitors ? "visitors" : "hits", generation);
    }

    private static Aggregate of(String name, Dimension... dimensions) {
        return new Aggregate(PREFIX + name, List.of(dimensions), true);
    }

    /**
     * Makes sure that no table is there twice.
     *
     * @throws IllegalArgumentException naming one that is
     */
    public static void requireDistinct(List<Aggregate> aggregates) {
        Set<String> tables = new HashSet<>();
        for (Aggregate each : aggregates) {
            if (!tables.add(each.table)) {
                throw new IllegalArgumentException("table \"%s\" is there twice".formatted(each.table));
            }
        }
    }
}
