package io.tidemark.store;

import io.tidemark.model.TumblingWindows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Compares the three places that count a page view: both aggregate tables, and the stored events. */
final class AuditWindowQueries {
    private static final String SETTINGS = "select window_size_ms, time from aggregate_settings";
    private static final String WATERMARK = "select watermark_ms from aggregate_progress";

    /** The years in which an event can be; a watermark beyond them closes all windows, or none. */
    private static final long EARLIEST = Instant.parse("-0001-01-01T00:00:00Z").toEpochMilli();

    private static final long LATEST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private static final String MARKED = """
            with marked as (
                select distinct window_start as w from window_corrections where window_size_ms = ?
            )
            """;

    private static final String CLOSED_ROWS = """
            bounds as materialized (
                select ? * interval '1 millisecond' as size, %1$s as closed, %1$s as windows_from, %1$s as events_from
            ), hosts as (
                select event_hour as w, host, num_hits from processed_events_aggregated
                where event_hour < (select closed from bounds) and event_hour >= (select windows_from from bounds)
                    and not exists (select from marked where marked.w = event_hour)
            ), referrers as (
                select event_hour as w, host, referrer, num_hits from processed_events_aggregated_source
                where event_hour < (select closed from bounds) and event_hour >= (select windows_from from bounds)
                    and not exists (select from marked where marked.w = event_hour)
            )""".formatted(Sql.TIMESTAMP);

    /**
     * Takes the size, twice; the end of what is closed; the first window that is there, and the first whose events are; and how many
     * to name. All in milliseconds. What was forgotten is still counted.
     */
    private static final String BY_EVENT_TIME =
            MARKED + ", " + CLOSED_ROWS + """
            , binned as (
                select date_bin((select size from bounds), event_timestamp, timestamptz 'epoch') as w, host,
                    coalesce(referrer, '') as referrer, 1 as n
                from processed_events
                where event_timestamp < (select closed from bounds)
                    and event_timestamp >= (select events_from from bounds)
                union all
                select date_bin((select size from bounds), window_start, timestamptz 'epoch'), group_key[1], group_key[2],
                    num_hits
                from forgotten_hits
                where table_name = 'processed_events_aggregated_source' and window_start < (select closed from bounds)
                    and window_start >= (select events_from from bounds)
            ), events as (
                select w, host, referrer, sum(n)::bigint as n from binned
                where not exists (select from marked where marked.w = binned.w)
                group by 1, 2, 3
            ), pairs as materialized (
                select w, host, referrer, r.num_hits as counted, e.n as events
                from referrers r full join events e using (w, host, referrer)
            ), sums as (
                select w, host, h.num_hits as by_host, p.counted, p.events
                from hosts h
                full join (select w, host, sum(counted)::bigint as counted, sum(events)::bigint as events
                    from pairs group by 1, 2) p using (w, host)
            ), found as (
                select w, host, null as referrer, by_host, counted, events from sums
                where by_host is distinct from counted
                    or by_host is distinct from events and w >= (select events_from from bounds)
                union all
                select w, host, referrer, null, counted, events from pairs
                where counted is distinct from events and w >= (select events_from from bounds)
            ), named as (
                select *, count(*) over () as differing from found order by w, host, referrer nulls first limit ?
            ), in_all as (
                select count(distinct w) as windows, count(by_host) as hosts, coalesce(sum(by_host), 0)::bigint as hits
                from sums
            )
            select a.windows, a.hosts, a.hits, coalesce(n.differing, 0), %s, n.host, n.referrer, n.by_host, n.counted,
                n.events
            from in_all a left join named n on true order by n.w, n.host, n.referrer nulls first""".formatted(Sql.MILLIS.formatted("n.w"));

    /** As the one above; the first window whose events are there does not matter. */
    private static final String BY_PROCESSING_TIME =
            MARKED + ", " + CLOSED_ROWS + """
            , sums as (
                select w, host, h.num_hits as by_host, r.counted
                from hosts h full join (select w, host, sum(num_hits)::bigint as counted from referrers group by 1, 2) r
                    using (w, host)
            ), named as (
                select *, count(*) over () as differing from sums where by_host is distinct from counted
                order by w, host limit ?
            ), in_all as (
                select count(distinct w) as windows, count(by_host) as hosts, coalesce(sum(by_host), 0)::bigint as hits
                from sums
            )
            select a.windows, a.hosts, a.hits, coalesce(n.differing, 0), %s, n.host, null, n.by_host, n.counted,
                null::bigint
            from in_all a left join named n on true order by n.w, n.host""".formatted(Sql.MILLIS.formatted("n.w"));

    /** Those of aggregates, too, which may have others. */
    private static final String COUNT_MARKED = "select count(*) from window_corrections";

    /** Takes the size twice; the end of what is closed, twice. */
    private static final String COUNT_OPEN = MARKED + """
            select count(*) from (
                select event_hour as w from processed_events_aggregated where event_hour >= %1$s
                union
                select date_bin(? * interval '1 millisecond', event_timestamp, timestamptz 'epoch')
                from processed_events where event_timestamp >= %1$s
            ) o where not exists (select from marked where marked.w = o.w)""".formatted(Sql.TIMESTAMP);

    private AuditWindowQueries() {}

    static AuditWindows read(Connection connection, int most) throws SQLException {
        long size;
        boolean byEventTime;
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(SETTINGS)) {
            if (!row.next()) {
                return AuditWindows.none();
            }
            size = row.getLong(1);
            byEventTime = row.getString(2).equals("event");
        }
        long closedBefore = closedBefore(connection, size);
        long marked = number(connection, COUNT_MARKED);
        long windowsFrom = firstWhole(RetentionHorizon.windowsFrom(connection), size);
        long eventsFrom = firstWhole(RetentionHorizon.eventsFrom(connection), size);
        AuditGroups groups =
                byEventTime ? AuditGroups.read(connection, size, closedBefore, windowsFrom, most) : AuditGroups.NONE;
        long open = byEventTime ? number(connection, COUNT_OPEN, size, closedBefore, size, closedBefore) : 0;
        return byEventTime
                ? compare(
                        connection,
                        BY_EVENT_TIME,
                        size,
                        true,
                        marked,
                        open,
                        groups,
                        most,
                        closedBefore,
                        windowsFrom,
                        eventsFrom)
                // Both tables are written at once, so that their sums agree before a window closes too.
                : compare(
                        connection,
                        BY_PROCESSING_TIME,
                        size,
                        false,
                        marked,
                        open,
                        groups,
                        most,
                        LATEST,
                        windowsFrom,
                        LATEST);
    }

    /** Start of the first window that begins at or after that time. */
    private static long firstWhole(long millis, long size) {
        return millis < EARLIEST ? EARLIEST : -new TumblingWindows(size).startOf(-millis);
    }

    /** Windows that start before it are closed, and written. */
    static long closedBefore(Connection connection, long size) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(WATERMARK)) {
            long watermark = row.next() ? row.getLong(1) : Long.MIN_VALUE;
            if (watermark < EARLIEST) {
                return EARLIEST;
            }
            return new TumblingWindows(size).startOf(Math.min(watermark, LATEST + size) + 1);
        }
    }

    private static AuditWindows compare(
            Connection connection,
            String sql,
            long size,
            boolean byEventTime,
            long marked,
            long open,
            AuditGroups groups,
            int most,
            long... parameters)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setLong(1, size);
            select.setLong(2, size);
            for (int i = 0; i < parameters.length; i++) {
                select.setLong(i + 3, parameters[i]);
            }
            select.setInt(parameters.length + 3, most);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long windows = row.getLong(1);
                long hosts = row.getLong(2);
                long hits = row.getLong(3);
                long differing = row.getLong(4);
                List<AuditWindows.Difference> differences = new ArrayList<>();
                do {
                    AuditWindows.Difference difference = difference(row);
                    if (difference != null) {
                        differences.add(difference);
                    }
                } while (row.next());
                return new AuditWindows(
                        OptionalLong.of(size),
                        byEventTime,
                        windows,
                        hosts,
                        hits,
                        marked,
                        open,
                        differences,
                        differing,
                        groups);
            }
        }
    }

    /** Null in the one row that tells that there is none. */
    private static AuditWindows.@Nullable Difference difference(ResultSet row) throws SQLException {
        String host = row.getString(6);
        return host == null
                ? null
                : new AuditWindows.Difference(
                        row.getLong(5),
                        host,
                        row.getString(7),
                        AuditQueries.number(row, 8),
                        AuditQueries.number(row, 9),
                        AuditQueries.number(row, 10));
    }

    private static long number(Connection connection, String sql, long... parameters) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                select.setLong(i + 1, parameters[i]);
            }
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
