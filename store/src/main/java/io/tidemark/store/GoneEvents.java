package io.tidemark.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** The table {@code ingest_gone}: which stored events have been deleted since, and why. */
final class GoneEvents {
    static final String EXPIRED = "expired";
    static final String FORGOTTEN = "forgotten";

    /** Who deletes events takes turns. The number is arbitrary: nobody else may use it in the same database. */
    private static final String TAKE_TURN = "select pg_advisory_xact_lock(7103480123)";

    /** Offsets side by side are one range; sorted, since a day may have more of them than there is memory for. */
    private static final String NOTE = """
            with gone as (
                %1$s
            ), numbered as (
                select source_topic_id as t, source_partition as p, source_offset as o,
                    source_offset - row_number() over (
                        partition by source_topic_id, source_partition order by source_offset) as island
                from gone
            ), islands as (
                select t, p, int8range(min(o), max(o) + 1) as range, count(*) as n from numbered group by t, p, island
            )
            insert into ingest_gone (topic_id, partition, cause, rows, offsets)
            select t, p, '%2$s', sum(n), range_agg(range) from islands group by t, p
            returning rows""";

    private static final String NOTED = """
            select topic_id, partition, lower(range), upper(range) from ingest_gone, unnest(offsets) as range""";

    private static final String COUNTED =
            "select coalesce(sum(rows) filter (where cause = '%s'), 0), coalesce(sum(rows) filter (where cause = '%s'), 0) from ingest_gone"
                    .formatted(EXPIRED, FORGOTTEN);

    private GoneEvents() {}

    /** Nobody else deletes events, nor recomputes windows from them, until the end of the transaction. */
    static void takeTurn(Connection connection) throws SQLException {
        try (Statement turn = connection.createStatement()) {
            turn.execute(TAKE_TURN);
            turn.execute(Corrections.TAKE_TURN);
        }
    }

    /**
     * Notes rows.
     *
     * @param rows a query, or a statement that returns, whose rows have the columns of {@code processed_events}
     * @return how many there were
     */
    static long note(Connection connection, String rows, String cause) throws SQLException {
        try (Statement insert = connection.createStatement();
                ResultSet noted = insert.executeQuery(NOTE.formatted(rows, cause))) {
            long sum = 0;
            while (noted.next()) {
                sum += noted.getLong(1);
            }
            return sum;
        }
    }

    /** All offsets, by partition. */
    static Map<AuditSnapshot.Partition, AuditOffsets> offsets(Connection connection) throws SQLException {
        Map<AuditSnapshot.Partition, AuditOffsets> found = new HashMap<>();
        try (Statement select = connection.createStatement()) {
            select.setFetchSize(10_000);
            try (ResultSet row = select.executeQuery(NOTED)) {
                while (row.next()) {
                    found.computeIfAbsent(
                                    new AuditSnapshot.Partition(row.getObject(1, UUID.class), row.getInt(2)),
                                    none -> new AuditOffsets())
                            .addRange(row.getLong(3), row.getLong(4));
                }
            }
        }
        return found;
    }

    static AuditSnapshot.Gone counts(Connection connection) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(COUNTED)) {
            row.next();
            return new AuditSnapshot.Gone(
                    row.getLong(1),
                    row.getLong(2),
                    RetentionHorizon.eventsFrom(connection),
                    RetentionHorizon.windowsFrom(connection));
        }
    }
}
