package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A table of counts by window, besides the two of the contract: hits and perhaps visitors of each combination of texts
 * that some dimensions have.
 *
 * @param table name of the table, in lower case
 * @param dimensions at least one; with the window they are the table's key, in this order
 * @param visitors whether visitors are counted as well as hits
 * @param windows that it is counted in; null for those of the job, which all such aggregates share
 * @param generation tells a table from one of the same name before; empty as long as no table is meant
 */
public record Aggregate(
        String table,
        List<Dimension> dimensions,
        boolean visitors,
        @Nullable SlicedWindows windows,
        String generation) implements Serializable {
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

    /** In the windows of the job, whatever table it is counted into. */
    public Aggregate(String table, List<Dimension> dimensions, boolean visitors) {
        this(table, dimensions, visitors, null, "");
    }

    /** The same in windows of its own. */
    public Aggregate in(@Nullable SlicedWindows ownWindows) {
        return new Aggregate(table, dimensions, visitors, ownWindows, generation);
    }

    /** Counted into that table, of those that there may have been under its name. */
    public Aggregate inGeneration(String ofTable) {
        return new Aggregate(table, dimensions, visitors, windows, ofTable);
    }

    /** The windows that it is counted in. */
    public SlicedWindows windowsOr(TumblingWindows ofJob) {
        return windows == null ? SlicedWindows.of(ofJob) : windows;
    }

    /** Tells it from what else is or was counted, also under the same name: counts of another are none of this one's. */
    public String id() {
        String id =
                "%s|%s|%s|%s".formatted(table, Dimension.codes(dimensions), visitors ? "visitors" : "hits", generation);
        return windows == null ? id : id + "|" + windows;
    }

    private static Aggregate of(String name, Dimension... dimensions) {
        return new Aggregate(PREFIX + name, List.of(dimensions), true);
    }

    /**
     * Makes sure that windows of their own are made of those of the job.
     *
     * @throws IllegalArgumentException naming a table whose are not
     */
    public static void requireMadeOf(TumblingWindows ofJob, List<Aggregate> aggregates) {
        for (Aggregate each : aggregates) {
            try {
                each.windowsOr(ofJob).requireMadeOf(ofJob);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("table \"%s\": %s".formatted(each.table, e.getMessage()), e);
            }
        }
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
