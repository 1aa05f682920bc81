package io.tidemark.store;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The table {@code forgotten_hits}: of events that were deleted for a person's sake, how many hits they were. Windows count them, and
 * go on to do so when they are recomputed.
 */
final class ForgottenHits {
    /** Under this name are those of the two tables of the contract. */
    static final String OF_REFERRERS = "processed_events_aggregated_source";

    private static final String OF_WINDOW = """
            select table_name, group_key, sum(num_hits)::bigint from forgotten_hits
            where table_name = any (?) and window_start >= %1$s and window_start < %1$s
            group by 1, 2""".formatted(Sql.TIMESTAMP);

    private static final String ADD = """
            insert into forgotten_hits as t (table_name, window_start, group_key, num_hits)
            values (?, %s, ?, ?)
            on conflict (table_name, window_start, group_key) do update set num_hits = t.num_hits + excluded.num_hits""".formatted(Sql.TIMESTAMP);

    private static final String EXPIRE =
            "delete from forgotten_hits where window_start >= %1$s and window_start < %1$s".formatted(Sql.TIMESTAMP);

    private ForgottenHits() {}

    private record Group(String table, String key) {}

    /** Adds them to what was counted of one window, or slice of windows, from the events that are there. */
    static void addTo(
            List<GroupCount> counted, Connection connection, List<Aggregate> aggregates, long start, long sizeMillis)
            throws SQLException {
        Map<Group, Long> forgotten = ofWindow(connection, aggregates, start, sizeMillis);
        if (forgotten.isEmpty()) {
            return;
        }
        Map<String, String> tables = new HashMap<>();
        aggregates.forEach(each -> tables.put(each.id(), each.table()));
        counted.replaceAll(each -> {
            Long more = forgotten.remove(new Group(tables.getOrDefault(each.aggregate(), ""), each.key()));
            return more == null
                    ? each
                    : new GroupCount(
                            each.aggregate(),
                            each.windowStartMillis(),
                            each.windowEndMillis(),
                            each.key(),
                            each.hits() + more,
                            each.visitors());
        });
        for (Aggregate aggregate : aggregates) {
            forgotten.forEach((group, hits) -> {
                if (group.table().equals(aggregate.table())) {
                    counted.add(new GroupCount(aggregate.id(), start, start + sizeMillis, group.key(), hits, null));
                }
            });
        }
    }

    private static Map<Group, Long> ofWindow(
            Connection connection, List<Aggregate> aggregates, long start, long sizeMillis) throws SQLException {
        Map<Group, Long> found = new HashMap<>();
        try (PreparedStatement read = connection.prepareStatement(OF_WINDOW)) {
            read.setObject(1, aggregates.stream().map(Aggregate::table).toArray(String[]::new));
            read.setLong(2, start);
            read.setLong(3, start + sizeMillis);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    found.put(new Group(row.getString(1), key(row.getArray(2))), row.getLong(3));
                }
            }
        }
        return found;
    }

    private static String key(Array array) throws SQLException {
        String[] texts = (String[]) array.getArray();
        return key(texts, texts.length);
    }

    /** The key of so many of the texts. */
    static String key(String[] texts, int width) {
        return String.join(
                String.valueOf(Aggregate.SEPARATOR), Arrays.asList(texts).subList(0, width));
    }

    /** @param counts by aggregate and window; none of them is of visitors */
    static void add(Connection connection, List<Aggregate> aggregates, List<GroupCount> counts) throws SQLException {
        Map<String, String> tables = new HashMap<>();
        aggregates.forEach(each -> tables.put(each.id(), each.table()));
        try (PreparedStatement insert = connection.prepareStatement(ADD)) {
            for (GroupCount each : counts) {
                insert.setString(1, tables.get(each.aggregate()));
                insert.setLong(2, each.windowStartMillis());
                insert.setObject(3, each.key().split(String.valueOf(Aggregate.SEPARATOR), -1));
                insert.setLong(4, each.hits());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Of windows whose events have expired, which are never recomputed. */
    static void expire(Connection connection, long fromMillis, long toMillis) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(EXPIRE)) {
            delete.setLong(1, Math.max(fromMillis, CountedEvents.EARLIEST));
            delete.setLong(2, toMillis);
            delete.executeUpdate();
        }
    }
}
