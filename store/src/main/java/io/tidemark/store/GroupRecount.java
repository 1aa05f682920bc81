package io.tidemark.store;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import io.tidemark.model.GroupCounts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * Counts windows of aggregates once more, from {@code processed_events}. Not in SQL, as those of the contract are: what a page is and
 * who is a visitor is told by the same code that told it to the job, and sketches are none of Postgres'.
 */
final class GroupRecount {
    /** Whose groups are in memory at once. */
    private static final int WINDOWS_AT_ONCE = 16;

    private static final int ROWS_AT_ONCE = 10_000;

    private final List<Aggregate> aggregates;
    private final Map<String, GroupUpsert> upserts = new HashMap<>();

    GroupRecount(List<Aggregate> aggregates) {
        this.aggregates = List.copyOf(aggregates);
        aggregates.forEach(each -> upserts.put(each.table(), new GroupUpsert(each)));
    }

    /** Within the connection's transaction; the windows are of that size and start there. */
    void recompute(Connection connection, long sizeMillis, SortedSet<Long> starts) throws SQLException {
        if (aggregates.isEmpty()) {
            return;
        }
        List<Long> all = List.copyOf(starts);
        for (int from = 0; from < all.size(); from += WINDOWS_AT_ONCE) {
            recompute(connection, sizeMillis, all.subList(from, Math.min(from + WINDOWS_AT_ONCE, all.size())));
        }
    }

    private void recompute(Connection connection, long sizeMillis, List<Long> starts) throws SQLException {
        List<GroupCount> counted = new ArrayList<>();
        GroupCounts counts = new GroupCounts(aggregates, counted::add);
        List<String> columns = List.copyOf(counts.columns());
        long first = starts.get(0);
        try (PreparedStatement select = connection.prepareStatement(sql(columns))) {
            select.setFetchSize(ROWS_AT_ONCE);
            select.setLong(1, sizeMillis);
            select.setLong(2, first);
            select.setLong(3, first);
            select.setLong(4, starts.get(starts.size() - 1) + sizeMillis);
            select.setArray(5, connection.createArrayOf("bigint", starts.toArray()));
            try (ResultSet events = select.executeQuery()) {
                Map<String, String> row = new HashMap<>();
                while (events.next()) {
                    row.clear();
                    for (int i = 0; i < columns.size(); i++) {
                        String text = events.getString(i + 2);
                        if (text != null) {
                            row.put(columns.get(i), text);
                        }
                    }
                    counts.add(row, events.getLong(1));
                }
            }
        }
        counts.handOnAll();
        GroupWriter.write(connection, upserts, counted);
    }

    /** Takes the size; the first start, twice; the end; and the starts. All in milliseconds. */
    private static String sql(List<String> columns) {
        String texts = columns.stream()
                .map(each -> each.equals("bot") ? "case when bot then 'true' else 'false' end as bot" : each)
                .reduce((one, other) -> one + ", " + other)
                .orElseThrow();
        String window = "(extract(epoch from date_bin(? * interval '1 millisecond', event_timestamp, " + Sql.TIMESTAMP
                + ")) * 1000)::bigint";
        return """
                select window_ms, %s from (
                    select %s as window_ms, %s
                    from processed_events
                    where event_timestamp >= %s and event_timestamp < %4$s
                ) e where window_ms = any (?)""".formatted(String.join(", ", columns), window, texts, Sql.TIMESTAMP);
    }
}
