package io.tidemark.store;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the tables of aggregates count as many page views as {@code processed_events_aggregated}, which itself is compared
 * with the stored events.
 *
 * @param tables how many are counted
 * @param differences the first of each table
 * @param differing how many there are
 */
public record AuditGroups(int tables, List<Difference> differences, long differing) {
    /** By processing time, where events do not tell what a window holds; and as long as nothing is counted. */
    static final AuditGroups NONE = new AuditGroups(0, List.of(), 0);

    /**
     * Windows from before the table was counted of which it has nothing are left out, and those of which events were forgotten before
     * it was. Takes the size; the end of what is closed and the first window that is there, twice; the table's name, twice; and how
     * many to name.
     */
    private static final String COMPARE = """
            with marked as (
                select distinct window_start as w from window_corrections where window_size_ms = ?
            ), found as (
                select event_hour as w, %1$s as host, sum(num_hits)::bigint as n from %2$s
                where event_hour < %3$s and event_hour >= %3$s and not exists (select from marked where marked.w = event_hour)
                group by 1, 2
            ), wanted as (
                select event_hour as w, %1$s as host, sum(num_hits)::bigint as n from processed_events_aggregated
                where event_hour < %3$s and event_hour >= %3$s and not exists (select from marked where marked.w = event_hour)
                    and (event_hour in (select w from found)
                        or event_hour >= (select created_at from aggregate_tables where table_name = ?))
                group by 1, 2
            )
            select %4$s, host, found.n, wanted.n, count(*) over ()
            from found full join wanted using (w, host)
            where found.n is distinct from wanted.n
                and not exists (select from forgotten_hits f
                    where f.window_start >= w and f.window_start < w + ? * interval '1 millisecond'
                        and f.forgotten_at < (select created_at from aggregate_tables where table_name = ?))
            order by w, host limit ?""";

    public AuditGroups {
        differences = List.copyOf(differences);
    }

    /**
     * A window, or a window and host, of which a table's sum is another. A number is null where there is no row.
     *
     * @param startMillis start of the window, milliseconds since the epoch
     * @param host null if the table does not tell hosts apart
     * @param counted the sum in the aggregate's table
     * @param byHost the sum in {@code processed_events_aggregated}
     */
    public record Difference(
            String table,
            long startMillis,
            @Nullable String host,
            @Nullable Long counted,
            @Nullable Long byHost) {}

    /**
     * Compares the windows between two starts, in milliseconds since the epoch.
     *
     * @param closedBefore windows that start before it are closed, and written
     * @param from windows that start before it may be gone
     */
    static AuditGroups read(Connection connection, long sizeMillis, long closedBefore, long from, int most)
            throws SQLException {
        List<Aggregate> aggregates = AggregateTables.all(connection, sizeMillis);
        List<Difference> differences = new ArrayList<>();
        long differing = 0;
        for (Aggregate each : aggregates) {
            boolean byHost = each.dimensions().contains(Dimension.HOST);
            String sql = COMPARE.formatted(
                    byHost ? "host" : "''", Sql.quoted(each.table()), Sql.TIMESTAMP, Sql.MILLIS.formatted("w"));
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                select.setLong(1, sizeMillis);
                select.setLong(2, closedBefore);
                select.setLong(3, from);
                select.setLong(4, closedBefore);
                select.setLong(5, from);
                select.setString(6, each.table());
                select.setLong(7, sizeMillis);
                select.setString(8, each.table());
                select.setInt(9, most);
                try (ResultSet row = select.executeQuery()) {
                    long ofTable = 0;
                    while (row.next()) {
                        ofTable = row.getLong(5);
                        differences.add(new Difference(
                                each.table(),
                                row.getLong(1),
                                byHost ? row.getString(2) : null,
                                AuditQueries.number(row, 3),
                                AuditQueries.number(row, 4)));
                    }
                    differing += ofTable;
                }
            }
        }
        return new AuditGroups(aggregates.size(), differences, differing);
    }
}
