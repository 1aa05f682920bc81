package io.tidemark.chaos.check;

import io.tidemark.chaos.check.Evidence.LedgerRow;
import io.tidemark.chaos.check.Evidence.RejectedRow;
import io.tidemark.chaos.check.Evidence.Row;
import io.tidemark.chaos.check.Evidence.Session;
import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.check.Evidence.View;
import io.tidemark.chaos.traffic.Expected.WindowHost;
import io.tidemark.chaos.traffic.Expected.WindowReferrer;
import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the tables by queries of its own, past every proxy. */
public final class Tables {
    private static final String MILLIS = "(extract(epoch from %s) * 1000)::bigint";

    private static final List<String> AGGREGATES =
            List.of("visitors", "page", "referrer_source", "country", "client", "campaign");

    private Tables() {}

    /** Where the ledger stands, by partition of that topic. */
    public static Map<Integer, Long> positions(Connection connection, String topicId) throws SQLException {
        Map<Integer, Long> positions = new HashMap<>();
        for (LedgerRow row : ledger(connection)) {
            if (row.topicId().equals(topicId)) {
                positions.put(row.partition(), row.next());
            }
        }
        return positions;
    }

    /** Until when every window is closed and written; the epoch if none is. */
    public static long closedUntilMillis(Connection connection) throws SQLException {
        return list(connection, "select watermark_ms from aggregate_progress", row -> row.getLong(1)).stream()
                .findFirst()
                .orElse(0L);
    }

    /** Whether as many hits are counted, in every table, as there are events. */
    public static boolean countsAllEvents(Connection connection) throws SQLException {
        StringBuilder sums = new StringBuilder("(select coalesce(sum(num_hits), 0) from processed_events_aggregated)");
        for (String each : AGGREGATES) {
            sums.append(", (select coalesce(sum(num_hits), 0) from processed_events_aggregated_")
                    .append(each)
                    .append(')');
        }
        return list(
                        connection,
                        "select (select count(*) from processed_events) = all (array[" + sums + "])",
                        row -> row.getBoolean(1))
                .get(0);
    }

    /** Until when every session that ended the gap before is closed, and written or marked; the epoch if none is. */
    public static long sessionsClosedUntilMillis(Connection connection) throws SQLException {
        return list(connection, "select watermark_ms from session_progress", row -> row.getLong(1)).stream()
                .findFirst()
                .orElse(0L);
    }

    /** Whether sessions tell of as many page views as there are events with a visitor. */
    public static boolean sessionsHoldAllEvents(Connection connection) throws SQLException {
        return list(
                        connection,
                        "select (select count(visitor_id) from processed_events)"
                                + " = (select coalesce(sum(num_hits), 0) from processed_events_sessions)",
                        row -> row.getBoolean(1))
                .get(0);
    }

    /** Windows and sessions that wait to be recomputed. */
    public static List<String> marks(Connection connection) throws SQLException {
        return list(
                connection,
                "select 'window ' || window_start from window_corrections"
                        + " union all select 'session ' || span_start from session_corrections order by 1",
                row -> row.getString(1) + " waits for its correction");
    }

    static List<Session> sessions(Connection connection) throws SQLException {
        return list(
                connection,
                "select host, visitor_id, " + MILLIS.formatted("session_start") + ", " + MILLIS.formatted("session_end")
                        + ", num_hits, entry_page, exit_page from processed_events_sessions",
                row -> new Session(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getString(6),
                        row.getString(7)));
    }

    static List<View> views(Connection connection) throws SQLException {
        return list(
                connection,
                "select host, visitor_id, " + MILLIS.formatted("event_timestamp")
                        + ", source_partition, source_offset, url from processed_events where visitor_id is not null",
                row -> new View(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        new Place(row.getInt(4), row.getLong(5)),
                        row.getString(6)));
    }

    static List<LedgerRow> ledger(Connection connection) throws SQLException {
        return list(
                connection,
                "select topic_id::text, partition, first_offset, next_offset, stored, rejected, absent from ingest_ledger",
                row -> new LedgerRow(
                        row.getString(1),
                        row.getInt(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7)));
    }

    static List<Row> events(Connection connection) throws SQLException {
        return list(
                connection,
                "select source_topic_id::text, source_partition, source_offset, host, coalesce(referrer, ''), "
                        + MILLIS.formatted("event_timestamp") + ", url, ip, user_agent from processed_events",
                row -> new Row(
                        source(row),
                        new Outcome.Stored(
                                row.getString(4),
                                row.getString(5),
                                row.getLong(6),
                                row.getString(7),
                                row.getString(8),
                                row.getString(9))));
    }

    static List<RejectedRow> rejections(Connection connection) throws SQLException {
        return list(
                connection,
                "select topic_id::text, partition, source_offset, reason from ingest_rejected",
                row -> new RejectedRow(source(row), row.getString(4)));
    }

    /** Where the row's event came from, by its first three columns. */
    private static Source source(ResultSet row) throws SQLException {
        return new Source(row.getString(1), new Place(row.getInt(2), row.getLong(3)));
    }

    static Map<WindowHost, Long> byHost(Connection connection) throws SQLException {
        return hosts(connection, "select %s, host, num_hits from processed_events_aggregated");
    }

    static Map<WindowHost, Long> sumByReferrer(Connection connection) throws SQLException {
        return hosts(
                connection, "select %s, host, sum(num_hits) from processed_events_aggregated_source group by 1, 2");
    }

    private static Map<WindowHost, Long> hosts(Connection connection, String query) throws SQLException {
        Map<WindowHost, Long> hits = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query.formatted(MILLIS.formatted("event_hour")))) {
            while (rows.next()) {
                hits.merge(new WindowHost(rows.getLong(1), rows.getString(2)), rows.getLong(3), Long::sum);
            }
        }
        return hits;
    }

    /** Of each aggregate that there is by default, the sums over its groups. */
    static Map<String, Map<WindowHost, Long>> groups(Connection connection) throws SQLException {
        Map<String, Map<WindowHost, Long>> groups = new HashMap<>();
        for (String each : AGGREGATES) {
            String table = "processed_events_aggregated_" + each;
            groups.put(table, hosts(connection, "select %s, host, sum(num_hits) from " + table + " group by 1, 2"));
        }
        return groups;
    }

    static Map<WindowReferrer, Long> byReferrer(Connection connection) throws SQLException {
        Map<WindowReferrer, Long> hits = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select " + MILLIS.formatted("event_hour")
                        + ", host, referrer, num_hits from processed_events_aggregated_source")) {
            while (rows.next()) {
                WindowReferrer key = new WindowReferrer(rows.getLong(1), rows.getString(2), rows.getString(3));
                hits.merge(key, rows.getLong(4), Long::sum);
            }
        }
        return hits;
    }

    /** Counts by source partition, as {@code topic/partition}, in the caller's transaction. */
    static Snapshot snapshot(Connection connection) throws SQLException {
        return new Snapshot(
                counts(connection, "select topic_id || '/' || partition, stored from ingest_ledger where stored > 0"),
                counts(
                        connection,
                        "select source_topic_id || '/' || source_partition, count(*) from processed_events group by 1"),
                byHost(connection),
                sumByReferrer(connection));
    }

    private static Map<String, Long> counts(Connection connection, String query) throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                counts.put(rows.getString(1), rows.getLong(2));
            }
        }
        return counts;
    }

    static <T> List<T> list(Connection connection, String query, RowReader<T> reader) throws SQLException {
        List<T> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                found.add(reader.read(rows));
            }
        }
        return found;
    }

    /** Makes something of the row that a result stands at. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }
}
