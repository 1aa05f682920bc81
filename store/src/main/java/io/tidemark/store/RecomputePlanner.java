package io.tidemark.store;

import io.tidemark.model.Aggregate;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.RecomputePlan.Forgotten;
import io.tidemark.store.RecomputePlan.Piece;
import io.tidemark.store.RecomputePlan.Request;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Finds out what a recomputation has to do, within one snapshot. Refuses what could not be recomputed exactly. */
final class RecomputePlanner {
    private static final String SETTINGS = "select window_size_ms, time from aggregate_settings";
    private static final String ONE_SNAPSHOT = "set transaction isolation level repeatable read";
    private static final String MARKED = """
            select count(*) from window_corrections
            where window_size_ms = ? and window_start >= %1$s and window_start < %1$s""".formatted(Sql.TIMESTAMP);
    private static final String FORGOTTEN = """
            select table_name, %s, group_key, num_hits from forgotten_hits
            where window_start >= %s and window_start < %2$s""".formatted(Sql.MILLIS.formatted("window_start"), Sql.TIMESTAMP);
    private static final String SIZE = "select pg_relation_size(?::regclass)";

    /** Of a partition that a piece has to read: some hundred thousand rows. */
    private static final long BYTES_OF_A_PIECE = 64L * 1024 * 1024;

    /** Where events came in no order, the index of times does not tell pieces apart, and each reads all of the partition. */
    private static final int MOST_PIECES_OF_A_PARTITION = 16;

    private RecomputePlanner() {}

    /** @throws StoreException if it cannot be recomputed, telling why */
    static RecomputePlan plan(Connection connection, Request request) throws SQLException {
        try (Statement snapshot = connection.createStatement()) {
            snapshot.execute(ONE_SNAPSHOT);
        }
        long size = size(connection);
        TumblingWindows windows = new TumblingWindows(size);
        long from = windows.startOf(within(request.fromMillis()));
        long wantedTo = -windows.startOf(-within(request.toMillis()));
        requireKept(connection, from, size);
        long closed = AuditWindowQueries.closedBefore(connection, size);
        if (closed <= from) {
            throw refused("No window of that range is closed yet: the aggregate job has closed windows up to %s"
                    .formatted(closed <= CountedEvents.EARLIEST ? "none" : Instant.ofEpochMilli(closed)));
        }
        long to = Math.min(wantedTo, closed);
        List<RecomputedTable> all = all(connection, size);
        List<RecomputedTable> tables = chosen(all, request.tables());
        return new RecomputePlan(
                size,
                from,
                to,
                wantedTo > to,
                tables,
                areAll(connection, size, tables),
                marked(connection, size, from, to),
                pieces(connection, from, to),
                forgotten(connection, windows, tables, from, to),
                StoredSince.now(connection));
    }

    /** Of years that Postgres knows as well. */
    private static long within(long millis) {
        return Math.max(RollupPlan.Range.FIRST_MILLIS, Math.min(millis, RollupPlan.Range.LAST_MILLIS));
    }

    private static StoreException refused(String message) {
        return new StoreException(message, null);
    }

    private static long size(Connection connection) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(SETTINGS)) {
            if (!row.next()) {
                throw refused("No windows are counted in this database yet: there are none to recompute");
            }
            if (!row.getString(2).equals("event")) {
                throw refused("Windows are by processing time, which the stored events do not tell:"
                        + " they cannot be recomputed");
            }
            return row.getLong(1);
        }
    }

    /**
     * Fails unless all events of the windows from there on are kept, and the windows themselves.
     *
     * @param fromMillis start of a window
     */
    static void requireKept(Connection connection, long fromMillis, long sizeMillis) throws SQLException {
        long kept = Math.max(RetentionHorizon.eventsFrom(connection), RetentionHorizon.windowsFrom(connection));
        if (kept == Long.MIN_VALUE) {
            return;
        }
        long first = -new TumblingWindows(sizeMillis).startOf(-kept);
        if (fromMillis < first) {
            throw refused(
                    "Events from before %1$s were dropped by tidemark retention: windows before %2$s cannot be recomputed. Begin with --from %2$s"
                            .formatted(Instant.ofEpochMilli(kept), Instant.ofEpochMilli(first)));
        }
    }

    /** All that are counted now in the windows of the job. */
    static List<RecomputedTable> all(Connection connection, long sizeMillis) throws SQLException {
        List<RecomputedTable> all = new ArrayList<>(RecomputedTable.CONTRACT);
        for (Aggregate each : AggregateTables.all(connection, sizeMillis)) {
            if (each.windows() == null) {
                all.add(RecomputedTable.of(each));
            }
        }
        return all;
    }

    /** Whether these are all that a mark may be for: one of windows of its own may be of the same size. */
    static boolean areAll(Connection connection, long sizeMillis, List<RecomputedTable> tables) throws SQLException {
        return AggregateTables.all(connection, sizeMillis).stream().allMatch(each -> each.windows() == null)
                && all(connection, sizeMillis).equals(tables);
    }

    private static List<RecomputedTable> chosen(List<RecomputedTable> all, List<String> names) {
        if (names.isEmpty()) {
            return all;
        }
        Set<String> wanted = new TreeSet<>(names);
        List<String> known = all.stream().map(RecomputedTable::table).toList();
        for (String each : wanted) {
            if (!known.contains(each)) {
                throw refused("There is no table \"%s\" of windows that are counted; there are %s"
                        .formatted(each, String.join(", ", known)));
            }
        }
        boolean contract = RecomputedTable.CONTRACT.stream().anyMatch(each -> wanted.contains(each.table()));
        return all.stream()
                .filter(each -> each.isOfContract() ? contract : wanted.contains(each.table()))
                .toList();
    }

    private static long marked(Connection connection, long size, long from, long to) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(MARKED)) {
            count.setLong(1, size);
            count.setLong(2, from);
            count.setLong(3, to);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** All of the range, also what is in no partition, or in one by default. */
    private static List<Piece> pieces(Connection connection, long from, long to) throws SQLException {
        List<Piece> pieces = new ArrayList<>();
        long at = from;
        for (EventPartition each : EventPartitions.all(connection)) {
            long begin = Math.max(each.fromMillis(), at);
            long end = Math.min(each.toMillis(), to);
            if (begin < end) {
                if (at < begin) {
                    pieces.add(new Piece(at, begin));
                }
                cut(pieces, begin, end, bytes(connection, each));
                at = end;
            }
        }
        if (at < to) {
            pieces.add(new Piece(at, to));
        }
        return pieces;
    }

    private static void cut(List<Piece> pieces, long begin, long end, long bytes) {
        int count = (int) Math.min(Math.min(MOST_PIECES_OF_A_PARTITION, 1 + bytes / BYTES_OF_A_PIECE), end - begin);
        long begun = begin;
        for (int i = 1; i <= count; i++) {
            long cut = begin + Math.multiplyExact((end - begin) / count, i);
            pieces.add(new Piece(begun, i == count ? end : cut));
            begun = cut;
        }
    }

    private static long bytes(Connection connection, EventPartition partition) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(SIZE)) {
            read.setString(1, Sql.quoted(partition.name()));
            try (ResultSet row = read.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static List<Forgotten> forgotten(
            Connection connection, TumblingWindows windows, List<RecomputedTable> tables, long from, long to)
            throws SQLException {
        List<Forgotten> found = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(FORGOTTEN)) {
            read.setLong(1, from);
            read.setLong(2, to);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    long window = windows.startOf(row.getLong(2));
                    String[] texts = (String[]) row.getArray(3).getArray();
                    for (int i = 0; i < tables.size(); i++) {
                        RecomputedTable table = tables.get(i);
                        String name = table.isOfContract() ? ForgottenHits.OF_REFERRERS : table.table();
                        if (name.equals(row.getString(1))) {
                            // Of hosts, the first of host and referrer.
                            int width = table.dimensions().size();
                            String key = ForgottenHits.key(texts, width);
                            found.add(new Forgotten(i, window, key, row.getLong(4)));
                        }
                    }
                }
            }
        }
        return found;
    }
}
