package io.tidemark.store;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.SlicedWindows;
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
            select %4$s, host, found.n, wanted.n, count(*) over (), %4$s + %5$d
            from found full join wanted using (w, host)
            where found.n is distinct from wanted.n
                and not exists (select from forgotten_hits f
                    where f.window_start >= w and f.window_start < w + ? * interval '1 millisecond'
                        and f.forgotten_at < (select created_at from aggregate_tables where table_name = ?))
            order by w, host limit ?""";

    /**
     * The same of longer windows: each is compared with the sum of the windows of the job in it, unless one of them is marked, or it
     * is itself. Takes the first window that is there and the end of what is closed, thrice; the table's name, twice; and how many to
     * name.
     */
    private static final String COMPARE_LONGER = """
            with marked as (
                select window_start as s, window_start + window_size_ms * interval '1 millisecond' as e from window_corrections
            ), found as (
                select event_hour as s, window_end as e, %1$s as host, sum(num_hits)::bigint as n from %2$s
                where event_hour >= %3$s and window_end <= %3$s
                group by 1, 2, 3
            ), slices as (
                select date_bin(%5$s, event_hour, timestamptz 'epoch') as slice, %1$s as host, sum(num_hits) as n
                from processed_events_aggregated
                where event_hour >= %3$s and event_hour < %3$s
                group by 1, 2
            ), windows as (
                select %6$s as s, e, host, sum(n)::bigint as n
                from slices, generate_series(slice + %5$s, %7$s, %5$s) as e
                group by 1, 2, 3
            ), wanted as (
                select s, e, host, n from windows
                where s >= %3$s and e <= %3$s
                    and ((s, e) in (select s, e from found) or s >= (select created_at from aggregate_tables where table_name = ?))
            )
            select %4$s, host, counted, wanted, count(*) over (), %8$s
            from (select s, e, host, found.n as counted, wanted.n as wanted
                from found full join wanted using (s, e, host)) both_of_them
            where counted is distinct from wanted
                and not exists (select from marked m where m.s >= both_of_them.s and m.e <= both_of_them.e)
                and not exists (select from forgotten_hits f
                    where f.window_start >= s and f.window_start < e
                        and f.forgotten_at < (select created_at from aggregate_tables where table_name = ?))
            order by s, e, host limit ?""";

    public AuditGroups {
        differences = List.copyOf(differences);
    }

    /**
     * A window, or a window and host, of which a table's sum is another. A number is null where there is no row.
     *
     * @param startMillis start of the window, milliseconds since the epoch
     * @param endMillis its end
     * @param host null if the table does not tell hosts apart
     * @param counted the sum in the aggregate's table
     * @param byHost the sum in {@code processed_events_aggregated}
     */
    public record Difference(
            String table,
            long startMillis,
            long endMillis,
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
            SlicedWindows windows = each.windows();
            String sql = windows == null
                    ? COMPARE.formatted(
                            byHost ? "host" : "''",
                            Sql.quoted(each.table()),
                            Sql.TIMESTAMP,
                            Sql.MILLIS.formatted("w"),
                            sizeMillis)
                    : longer(windows, each.table(), byHost);
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                if (windows == null) {
                    set(select, each.table(), sizeMillis, closedBefore, from);
                } else {
                    setLonger(select, each.table(), closedBefore, from);
                }
                select.setInt(9, most);
                differing += read(select, each.table(), byHost, differences);
            }
        }
        return new AuditGroups(aggregates.size(), differences, differing);
    }

    private static String longer(SlicedWindows windows, String table, boolean byHost) {
        String size = "interval '1 millisecond' * " + windows.sizeMillis();
        boolean cumulates = windows.kind() == SlicedWindows.Kind.CUMULATE;
        String first = "date_bin(%s, slice, timestamptz 'epoch')".formatted(size);
        return COMPARE_LONGER.formatted(
                byHost ? "host" : "''",
                Sql.quoted(table),
                Sql.TIMESTAMP,
                Sql.MILLIS.formatted("s"),
                "interval '1 millisecond' * " + windows.everyMillis(),
                cumulates ? first : "e - " + size,
                (cumulates ? first : "slice") + " + " + size,
                Sql.MILLIS.formatted("e"));
    }

    private static void set(PreparedStatement select, String table, long sizeMillis, long closedBefore, long from)
            throws SQLException {
        select.setLong(1, sizeMillis);
        select.setLong(2, closedBefore);
        select.setLong(3, from);
        select.setLong(4, closedBefore);
        select.setLong(5, from);
        select.setString(6, table);
        select.setLong(7, sizeMillis);
        select.setString(8, table);
    }

    private static void setLonger(PreparedStatement select, String table, long closedBefore, long from)
            throws SQLException {
        for (int at = 1; at < 7; at += 2) {
            select.setLong(at, from);
            select.setLong(at + 1, closedBefore);
        }
        select.setString(7, table);
        select.setString(8, table);
    }

    private static long read(PreparedStatement select, String table, boolean byHost, List<Difference> differences)
            throws SQLException {
        long ofTable = 0;
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                ofTable = row.getLong(5);
                differences.add(new Difference(
                        table,
                        row.getLong(1),
                        row.getLong(6),
                        byHost ? row.getString(2) : null,
                        AuditQueries.number(row, 3),
                        AuditQueries.number(row, 4)));
            }
        }
        return ofTable;
    }
}
