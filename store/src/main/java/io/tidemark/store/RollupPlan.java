package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Grain;
import io.tidemark.model.Periods;
import io.tidemark.store.RollupSource.Content;
import io.tidemark.store.RollupStep.Period;
import io.tidemark.store.RollupStep.Progress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the periods of a table that are to be rolled up.
 *
 * <p>What was written since the last run is told by {@code updated_at}, which is the beginning of the transaction that wrote. A
 * transaction that was open when a run looked may have begun before it, so a run notes as where to go on the beginning of the oldest
 * one that was; what began later is later. Where other users' transactions cannot be seen, it goes back by more than a writer of
 * Tidemark's takes. Periods that are rolled up once too often come out the same.
 *
 * <p>Order matters: first what is complete is looked up, then the oldest transaction, then what was written; so that whatever
 * comes in between belongs to the next run.
 */
public final class RollupPlan {
    /** All offsets of time zones are multiples of it, so each lies in one period. */
    private static final String BIN = "date_bin(interval '15 minutes', %s, timestamptz 'epoch')";

    /** Longer than any transaction of Tidemark's that writes windows or sessions. */
    private static final String MARGIN = "10 minutes";

    private static final String OLDEST_OPEN = """
            select least(clock_timestamp(), min(xact_start)) - interval '1 second'
                - case when bool_or(query = '<insufficient privilege>') then interval '%s' else interval '0' end
            from pg_stat_activity
            where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()""".formatted(MARGIN);

    private static final Pattern GUESSED = Pattern.compile("rows=([0-9]+)");

    private static final String PROGRESS =
            "select touched_from from rollup_progress where table_name = ? and grain = ?";

    /** How far event time is, by the job's account and at most now; null if no window is closed. */
    private static final String WINDOWS_CLOSED =
            "select least(watermark_ms, (extract(epoch from clock_timestamp()) * 1000)::bigint) from aggregate_progress";

    /**
     * Up to which midnight all sessions that began before it are closed: a visitor's id is of one UTC day. One by address that goes on
     * over midnight joins when it ends.
     */
    private static final String SESSIONS_CLOSED = """
            select (least(p.watermark_ms, (extract(epoch from clock_timestamp()) * 1000)::bigint) - s.gap_ms) / %1$d * %1$d
            from session_progress p, session_settings s""".formatted(24 * 3_600_000);

    private static final String WINDOWS_FROM =
            "select " + Sql.MILLIS.formatted("windows_from") + " from retention_horizon where windows_from is not null";

    private static final String WINDOWS_MARKED =
            "select " + Sql.MILLIS.formatted("window_start") + " from window_corrections";

    /** Whatever is recomputed of a visitor is within its day. */
    private static final String SESSIONS_MARKED = "select %s from session_corrections, %s as bin"
            .formatted(
                    Sql.MILLIS.formatted("bin"),
                    "generate_series(date_trunc('day', span_start, 'UTC'),"
                            + " date_trunc('day', span_end, 'UTC') + interval '23 hours', interval '1 hour')");

    private final Connection connection;
    private final RollupSource source;
    private final Periods periods;
    private final @Nullable Grain from;

    RollupPlan(Connection connection, RollupSource source, Periods periods, @Nullable Grain from) {
        this.connection = connection;
        this.source = source;
        this.periods = periods;
        this.from = from;
    }

    /**
     * From a time to another, exclusive, in milliseconds since the epoch: of every period that holds some of it. Not empty.
     */
    public record Range(long fromMillis, long toMillis) {
        /** Of the year 1. */
        public static final long FIRST_MILLIS = -62_135_596_800_000L;

        /** Of the year 9999. */
        public static final long LAST_MILLIS = 253_402_300_799_999L;

        public Range {
            if (fromMillis >= toMillis) {
                throw new IllegalArgumentException("--from must be before --to");
            }
        }
    }

    RollupStep step(@Nullable Range range) throws SQLException {
        Long closed = closed();
        NavigableSet<Long> marked = marked();
        OffsetDateTime touchedFrom = requireNonNull(one(OLDEST_OPEN, OffsetDateTime.class), "no time");
        NavigableSet<Long> starts = range == null ? due() : within(range);
        Long kept = from == null ? one(WINDOWS_FROM, Long.class) : null;
        if (kept != null) {
            // What is rolled up stays when its windows go.
            starts = starts.tailSet(kept, true);
        }
        List<Period> found = new ArrayList<>(starts.size());
        for (long start : starts) {
            long end = periods.endOf(start);
            boolean complete =
                    closed != null && end <= closed && marked.subSet(start, end).isEmpty();
            found.add(new Period(start, end, complete));
        }
        return new RollupStep(
                source,
                periods.grain(),
                from,
                found,
                found.isEmpty() ? 0 : rows(found),
                range == null ? new Progress(touchedFrom, completeTo(closed, marked)) : null);
    }

    private @Nullable Long completeTo(@Nullable Long closed, NavigableSet<Long> marked) {
        if (closed == null) {
            return null;
        }
        return periods.startOf(marked.isEmpty() ? closed : Math.min(closed, marked.first()));
    }

    private @Nullable Long closed() throws SQLException {
        return one(source.content() == Content.WINDOWS ? WINDOWS_CLOSED : SESSIONS_CLOSED, Long.class);
    }

    private NavigableSet<Long> marked() throws SQLException {
        NavigableSet<Long> marked = new TreeSet<>();
        try (Statement read = connection.createStatement();
                ResultSet row =
                        read.executeQuery(source.content() == Content.WINDOWS ? WINDOWS_MARKED : SESSIONS_MARKED)) {
            while (row.next()) {
                marked.add(row.getLong(1));
            }
        }
        return marked;
    }

    /** What was touched, all if nothing is known, and what was not complete. */
    private NavigableSet<Long> due() throws SQLException {
        NavigableSet<Long> starts = new TreeSet<>();
        OffsetDateTime since;
        try (PreparedStatement read = connection.prepareStatement(PROGRESS)) {
            read.setString(1, source.table());
            read.setString(2, periods.grain().code());
            try (ResultSet row = read.executeQuery()) {
                since = row.next() ? row.getObject(1, OffsetDateTime.class) : null;
            }
        }
        if (since == null) {
            addAll(starts, "", null);
        } else {
            addTouched(starts, since);
            addOpen(starts);
        }
        return starts;
    }

    private NavigableSet<Long> within(Range range) throws SQLException {
        NavigableSet<Long> starts = new TreeSet<>();
        addAll(
                starts,
                " and %1$s >= %2$s and %1$s < %2$s".formatted(begins(), Sql.TIMESTAMP),
                new Range(periods.startOf(range.fromMillis), periods.endOf(range.toMillis - 1)));
        return starts;
    }

    private String begins() {
        return from == null ? source.content().begins : "period_start";
    }

    private String ends() {
        return from == null ? source.content().ends : "period_start";
    }

    private String table() {
        return Sql.quoted(source.tableOf(from));
    }

    /** From bin to bin through the index, since there are many rows to each; sessions have no such index, and are fewer. */
    private void addAll(NavigableSet<Long> starts, String condition, @Nullable Range range) throws SQLException {
        String next = "select %1$s from %2$s where %1$s >= %3$s%4$s order by %1$s limit 1";
        String sql = """
                with recursive found (at) as (
                    (%s)
                    union all
                    select (%s) from found where at is not null
                )
                select %s from found where at is not null""".formatted(
                        next.formatted(begins(), table(), "'-infinity'", condition),
                        next.formatted(begins(), table(), BIN.formatted("at") + " + interval '15 minutes'", condition),
                        Sql.MILLIS.formatted("at"));
        boolean isIndexed = from != null || source.content() == Content.WINDOWS;
        String all = "select distinct %s from %s where true%s"
                .formatted(Sql.MILLIS.formatted(BIN.formatted(begins())), table(), condition);
        try (PreparedStatement read = connection.prepareStatement(isIndexed ? sql : all)) {
            if (range != null) {
                // The condition is there twice, or once.
                for (int at = 1; at <= (isIndexed ? 4 : 2); at += 2) {
                    read.setLong(at, range.fromMillis);
                    read.setLong(at + 1, range.toMillis);
                }
            }
            collect(starts, read);
        }
    }

    private void addTouched(NavigableSet<Long> starts, OffsetDateTime since) throws SQLException {
        String sql = begins().equals(ends())
                ? "select distinct %s from %s where updated_at >= ?"
                        .formatted(Sql.MILLIS.formatted(BIN.formatted(begins())), table())
                // Of sessions that were merged there may be no row left that began in a period: it lies in the merged
                // one.
                : "select distinct %s from %s, generate_series(%s, %s, interval '15 minutes') as bin where updated_at >= ?"
                        .formatted(Sql.MILLIS.formatted("bin"), table(), BIN.formatted(begins()), ends());
        try (PreparedStatement read = connection.prepareStatement(sql)) {
            read.setObject(1, since);
            collect(starts, read);
        }
    }

    private void addOpen(NavigableSet<Long> starts) throws SQLException {
        String target = Sql.quoted(periods.grain().tableOf(source.table()));
        try (PreparedStatement read = connection.prepareStatement("select distinct %s from %s where not complete"
                .formatted(Sql.MILLIS.formatted("period_start"), target))) {
            collect(starts, read);
        }
    }

    private void collect(NavigableSet<Long> starts, PreparedStatement read) throws SQLException {
        try (ResultSet row = read.executeQuery()) {
            while (row.next()) {
                starts.add(periods.startOf(row.getLong(1)));
            }
        }
    }

    private long rows(List<Period> found) throws SQLException {
        String plan = requireNonNull(
                one(
                        "explain select from %s where %s".formatted(table(), RollupStep.condition(begins(), found)),
                        String.class),
                "no plan");
        Matcher rows = GUESSED.matcher(plan);
        return rows.find() ? Long.parseLong(rows.group(1)) : 0;
    }

    private <T> @Nullable T one(String query, Class<T> type) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(query)) {
            return row.next() ? row.getObject(1, type) : null;
        }
    }
}
