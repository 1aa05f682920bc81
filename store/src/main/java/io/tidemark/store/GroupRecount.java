package io.tidemark.store;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import io.tidemark.model.GroupCounts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.postgresql.util.PSQLState;

/**
 * Counts windows of aggregates once more, from {@code processed_events}. Not in SQL, as those of the contract are: what a page is and
 * who is a visitor is told by the same code that told it to the job, and sketches are none of Postgres'. All that is counted now
 * is recomputed, whatever the job that recomputes counts itself: a mark that it takes may be another's.
 */
final class GroupRecount {
    private static final int ROWS_AT_ONCE = 10_000;

    private GroupRecount() {}

    /**
     * Within the connection's transaction; the windows are of that size and start there. One after the other, so that no more
     * than the groups of one are in memory.
     *
     * @param within how long it may take if there are several windows; zero for no limit
     * @throws SQLException also if it takes too long, as Postgres says it of a statement
     */
    static void recompute(Connection connection, long sizeMillis, SortedSet<Long> starts, Duration within)
            throws SQLException {
        List<Aggregate> aggregates = AggregateTables.all(connection, sizeMillis);
        if (aggregates.isEmpty()) {
            return;
        }
        Map<String, GroupUpsert> upserts = new HashMap<>();
        aggregates.forEach(each -> upserts.put(each.id(), new GroupUpsert(each)));
        long began = System.nanoTime();
        for (long start : starts) {
            List<GroupCount> counted = new ArrayList<>();
            count(connection, aggregates, sizeMillis, start, counted);
            ForgottenHits.addTo(counted, connection, aggregates, start, sizeMillis);
            GroupWriter.write(connection, upserts, counted);
            boolean isLimited = !within.isZero() && starts.size() > 1;
            if (isLimited && System.nanoTime() - began > within.toNanos()) {
                throw new SQLException(
                        "Counting " + starts.size() + " windows takes longer than " + within,
                        PSQLState.QUERY_CANCELED.getState());
            }
        }
    }

    private static void count(
            Connection connection, List<Aggregate> aggregates, long sizeMillis, long start, List<GroupCount> counted)
            throws SQLException {
        GroupCounts counts = new GroupCounts(aggregates, counted::add);
        List<String> columns = List.copyOf(counts.columns());
        try (PreparedStatement select = connection.prepareStatement(sql(columns))) {
            select.setFetchSize(ROWS_AT_ONCE);
            select.setLong(1, start);
            select.setLong(2, start + sizeMillis);
            try (ResultSet events = select.executeQuery()) {
                Map<String, String> row = new HashMap<>();
                while (events.next()) {
                    row.clear();
                    for (int i = 0; i < columns.size(); i++) {
                        String text = events.getString(i + 1);
                        if (text != null) {
                            row.put(columns.get(i), text);
                        }
                    }
                    counts.add(row, start);
                }
            }
        }
        counts.handOnAll();
    }

    /** Takes the window's start and end in milliseconds. */
    private static String sql(List<String> columns) {
        return "select %s from processed_events where event_timestamp >= %s and event_timestamp < %2$s"
                .formatted(String.join(", ", texts(columns)), Sql.TIMESTAMP);
    }

    /** The columns of events as texts. */
    static List<String> texts(List<String> columns) {
        return columns.stream()
                .map(each -> each.equals("bot") ? "case when bot then 'true' else 'false' end" : each)
                .toList();
    }
}
