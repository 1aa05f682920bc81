package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What is to be recomputed: windows that are closed and whose events are all there.
 *
 * @param sizeMillis of the windows
 * @param fromMillis start of the first window, in milliseconds since the epoch
 * @param toMillis end of the last one
 * @param open whether windows from there on were asked for as well, and are not closed yet
 * @param tables hosts before referrers, where they are among them
 * @param whole whether these are all that are counted
 * @param marked windows of the range that are marked for correction
 * @param pieces of the range, to be read each by itself, in the order of time
 * @param forgotten hits whose events are gone, and count all the same
 * @param since the moment before which all was stored that the recomputation sees
 */
public record RecomputePlan(
        long sizeMillis,
        long fromMillis,
        long toMillis,
        boolean open,
        List<RecomputedTable> tables,
        boolean whole,
        long marked,
        List<Piece> pieces,
        List<Forgotten> forgotten,
        StoredSince since) {

    public RecomputePlan {
        tables = List.copyOf(tables);
        pieces = List.copyOf(pieces);
        forgotten = List.copyOf(forgotten);
        requireNonNull(since, "since is null");
    }

    /**
     * What is asked for.
     *
     * @param fromMillis of every window that holds some of what begins there, in milliseconds since the epoch
     * @param toMillis exclusive
     * @param tables names; empty for all. One of the contract's two tables takes the other along
     */
    public record Request(long fromMillis, long toMillis, List<String> tables) {
        public Request {
            tables = List.copyOf(tables);
            if (fromMillis >= toMillis) {
                throw new IllegalArgumentException("--from must be before --to; they are %s and %s"
                        .formatted(Instant.ofEpochMilli(fromMillis), Instant.ofEpochMilli(toMillis)));
            }
        }
    }

    /** From a time to another, exclusive, in milliseconds since the epoch. */
    public record Piece(long fromMillis, long toMillis) {
        /** A condition that holds for the times in it. Of constants, so that the planner leaves out partitions. */
        public String condition(String time) {
            return "%s >= %s and %1$s < %s".formatted(time, literal(fromMillis), literal(toMillis));
        }

        private static String literal(long millis) {
            return Sql.TIMESTAMP.replace("?", Long.toString(millis));
        }
    }

    /**
     * Hits of events that were forgotten.
     *
     * @param table number of the table in the plan
     * @param key texts of the group's dimensions, joined by {@link Aggregate#SEPARATOR}
     */
    public record Forgotten(int table, long windowStartMillis, String key, long hits) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** How the events are counted, in the order of the tables. */
    public List<Aggregate> counted() {
        return tables.stream().map(RecomputedTable::counted).toList();
    }

    /**
     * A query for the stored events of all time: {@code t}, which a condition may compare with, {@code at} in milliseconds since the epoch,
     * and these columns as texts.
     */
    public static String query(List<String> columns) {
        StringBuilder select = new StringBuilder("select event_timestamp as t, ")
                .append(Sql.MILLIS.formatted("event_timestamp"))
                .append(" as at");
        List<String> texts = GroupRecount.texts(columns);
        for (int i = 0; i < columns.size(); i++) {
            select.append(String.format(Locale.ROOT, ", %s as %s", texts.get(i), columns.get(i)));
        }
        return select.append(" from processed_events").toString();
    }

    /** Name of the table that takes what is recomputed of a table. A name that no aggregate can have. */
    public static String shadow(int table) {
        return "_recompute_" + table;
    }

    /** Name of the table that holds the rows in which a table differs. */
    static String difference(int table) {
        return "_recompute_diff_" + table;
    }

    /** Those that are swapped in one transaction with it: hosts and referrers, whose sums agree for every reader. */
    public List<Integer> together(int table) {
        if (!tables.get(table).isOfContract()) {
            return List.of(table);
        }
        return table == 0 ? List.of(0, 1) : List.of();
    }
}
