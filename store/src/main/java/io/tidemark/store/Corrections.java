package io.tidemark.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Windows that the aggregation cannot count whole: marked, and recomputed from {@code processed_events} for all hosts, and all
 * aggregates that are counted.
 * Stored counts only ever grow, as with {@link WindowWriter}; what was forgotten since is still counted. Not thread-safe; connects when first used.
 *
 * <p>A mark is made after the row of the event it is made for was committed: the aggregation reads an event only once it
 * is stored. No such event is missed, whatever runs at once, since a turn takes marks in one statement and counts in a
 * later one, at read committed, where each statement sees what was committed before it began:
 *
 * <ul>
 *   <li>A turn that takes the mark counts after that, so it sees the row.
 *   <li>Marking a window that is marked already does nothing. That mark was there, and not being taken, after the row was
 *       committed; so the turn that takes it counts later still, and sees the row.
 *   <li>Marking a window whose mark a turn is taking waits for the turn's end. If it commits, the mark is made anew and is
 *       the next turn's; if not, the old mark is still there.
 * </ul>
 *
 * <p>Taking and counting in one statement would break the second: it would count in a snapshot from before the mark was
 * taken.
 */
public final class Corrections implements AutoCloseable {
    /** A recomputation reads as much as its windows hold. */
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(5);

    /**
     * How long the server may work on several windows; then it stops, and fewer are tried. Well within what the connection
     * waits, so that no orphaned statement holds up the next attempt.
     */
    private static final Duration RECOMPUTE_WITHIN = Duration.ofMinutes(1);

    private static final int MOST_AT_ONCE = 1_000;

    private static final int MARKS_PER_STATEMENT = 5_000;

    private static final String MARK = """
            insert into window_corrections (window_start, window_size_ms)
            select timestamptz 'epoch' + start * interval '1 millisecond', ? from unnest(?::bigint[]) as start
            on conflict (window_start, window_size_ms) do nothing""";

    /** Whatever the database's default is: the argument above needs it. */
    private static final String EACH_STATEMENT_SEES_THE_NEWEST = "set transaction isolation level read committed";

    /** Those who recompute take turns. The number is arbitrary: nobody else may use it in the same database. */
    static final String TAKE_TURN = "select pg_advisory_xact_lock(7103480112)";

    /** Marks of so many windows at the most; the oldest windows first. */
    private static final String TAKE = """
            with oldest as materialized (
                select window_start, window_size_ms from window_corrections order by window_start limit ?
            )
            delete from window_corrections c using oldest o
            where c.window_start = o.window_start and c.window_size_ms = o.window_size_ms
            returning c.window_size_ms,\s""" + Sql.MILLIS.formatted("c.window_start");

    /**
     * Two ways into the events: the range of a window, through its index, while windows are few; equality of the window's
     * start, by hashing, when they are many. The planner picks, since it sees the number of windows.
     */
    private static final String RECOMPUTE = """
            with windows as materialized (
                select timestamptz 'epoch' + start * interval '1 millisecond' as start from unnest(?::bigint[]) as start
            ), stored as materialized (
                select w.start, e.host, coalesce(e.referrer, '') as referrer, count(*) as hits
                from windows w
                join processed_events e
                    on e.event_timestamp >= w.start and e.event_timestamp < w.start + ? * interval '1 millisecond'
                    and date_bin(? * interval '1 millisecond', e.event_timestamp, %1$s) = w.start
                where e.event_timestamp >= %1$s and e.event_timestamp < %1$s
                group by 1, 2, 3
            ), counts as materialized (
                select start, host, referrer, sum(hits)::bigint as hits
                from (
                    select * from stored
                    union all
                    select w.start, f.group_key[1], f.group_key[2], f.num_hits
                    from windows w
                    join forgotten_hits f
                        on f.window_start >= w.start and f.window_start < w.start + ? * interval '1 millisecond'
                    where f.table_name = 'processed_events_aggregated_source'
                ) both_of_them
                group by 1, 2, 3
            ), by_host as (
                insert into processed_events_aggregated as t (event_hour, host, num_hits)
                select start, host, sum(hits) from counts group by 1, 2 order by start, host collate "C"
                on conflict (event_hour, host) %2$s
            )
            insert into processed_events_aggregated_source as t (event_hour, host, referrer, num_hits)
            select start, host, referrer, hits from counts order by start, host collate "C", referrer collate "C"
            on conflict (event_hour, host, referrer) %2$s""".formatted(Sql.TIMESTAMP, Sql.ONLY_GROW);

    private static final String HOSTS_OF_WINDOWS = """
            select w.start, t.host
            from unnest(?::bigint[]) as w (start)
            join processed_events_aggregated t
                on t.event_hour = timestamptz 'epoch' + w.start * interval '1 millisecond'""";

    private final Session session;
    private final Duration within;
    private int atOnce = MOST_AT_ONCE;

    public Corrections(StoreConfig config) {
        this(Session.patient(config.writerConnections("corrections", ANSWER_WITHIN)), RECOMPUTE_WITHIN);
    }

    Corrections(Session session, Duration within) {
        this.session = session;
        this.within = within;
    }

    /** Whether it waits for Postgres now; to be asked from any thread. */
    public Waiting waiting() {
        return session.waiting();
    }

    /** Marks windows of the job's own size, see {@link #mark(Map, long)}. */
    void mark(Collection<Long> windowStarts, long windowSizeMillis) {
        mark(Map.of(windowSizeMillis, windowStarts), windowSizeMillis);
    }

    /**
     * Marks windows for recomputation. Marking again changes nothing. Every event that the marks are made for must be stored
     * by now.
     *
     * @param startsBySize starts of windows by their sizes; milliseconds, since the epoch
     * @param windowSizeMillis size of the windows that the job counts in
     */
    public void mark(Map<Long, ? extends Collection<Long>> startsBySize, long windowSizeMillis) {
        session.transact("mark windows for correction", connection -> {
            WindowSettings.check(connection, windowSizeMillis);
            int marked = 0;
            for (Map.Entry<Long, ? extends Collection<Long>> each : startsBySize.entrySet()) {
                marked += mark(connection, each.getValue(), each.getKey());
            }
            return marked;
        });
    }

    /**
     * Within the connection's transaction.
     *
     * @return how many there were to be marked
     */
    static int mark(Connection connection, Collection<Long> windowStarts, long sizeMillis) throws SQLException {
        // In order, so that two who mark the same windows wait for each other rather than deadlock.
        long[] starts = windowStarts.stream()
                .mapToLong(Long::longValue)
                .sorted()
                .distinct()
                .toArray();
        try (PreparedStatement insert = connection.prepareStatement(MARK)) {
            for (int from = 0; from < starts.length; from += MARKS_PER_STATEMENT) {
                insert.setLong(1, sizeMillis);
                insert.setObject(
                        2, Arrays.copyOfRange(starts, from, Math.min(from + MARKS_PER_STATEMENT, starts.length)));
                insert.executeUpdate();
            }
        }
        return starts.length;
    }

    /**
     * Recomputes, in one transaction, marked windows, a thousand at the most; fewer while they take too long. Waits while
     * another process does the same.
     *
     * @return number of windows recomputed; 0 if none is marked
     */
    public int recomputeMarked() {
        int[] attempts = {0};
        int done = session.transact("recompute the windows marked for correction", connection -> {
            if (attempts[0]++ > 0) {
                atOnce = Math.max(1, atOnce / 2);
            }
            takeTurn(connection);
            Map<Long, SortedSet<Long>> startsBySize = takeMarks(connection, atOnce);
            limitTime(connection, atOnce == 1 ? Duration.ZERO : within);
            recompute(connection, startsBySize);
            return startsBySize.values().stream().mapToInt(Collection::size).sum();
        });
        atOnce = Math.min(MOST_AT_ONCE, atOnce * 2);
        return done;
    }

    /** Zero is no limit. */
    private static void limitTime(Connection connection, Duration limit) throws SQLException {
        try (Statement settings = connection.createStatement()) {
            settings.execute("set local statement_timeout = " + limit.toMillis());
        }
    }

    private static void takeTurn(Connection connection) throws SQLException {
        try (Statement turn = connection.createStatement()) {
            turn.execute(EACH_STATEMENT_SEES_THE_NEWEST);
            turn.execute(TAKE_TURN);
        }
    }

    /** The starts of marked windows by their size; their marks end with the transaction. */
    private static Map<Long, SortedSet<Long>> takeMarks(Connection connection, int most) throws SQLException {
        Map<Long, SortedSet<Long>> startsBySize = new TreeMap<>();
        try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setInt(1, most);
            try (ResultSet taken = take.executeQuery()) {
                while (taken.next()) {
                    startsBySize
                            .computeIfAbsent(taken.getLong(1), size -> new TreeSet<>())
                            .add(taken.getLong(2));
                }
            }
        }
        return startsBySize;
    }

    /** Those of the job's size in all tables; those of others in the tables that have such windows. */
    private void recompute(Connection connection, Map<Long, SortedSet<Long>> startsBySize) throws SQLException {
        if (startsBySize.isEmpty()) {
            return;
        }
        OptionalLong claimed = WindowSettings.hold(connection);
        for (Map.Entry<Long, SortedSet<Long>> each : startsBySize.entrySet()) {
            if (claimed.isEmpty() || claimed.getAsLong() == each.getKey()) {
                recomputeHosts(connection, each.getKey(), each.getValue());
            }
        }
        long ofJob = claimed.orElse(startsBySize.keySet().iterator().next());
        new GroupRecount(connection, ofJob).recompute(startsBySize, within);
    }

    private static void recomputeHosts(Connection connection, long sizeMillis, SortedSet<Long> starts)
            throws SQLException {
        try (Statement settings = connection.createStatement()) {
            settings.execute("set local plan_cache_mode = force_custom_plan");
        }
        try (PreparedStatement upsert = connection.prepareStatement(RECOMPUTE)) {
            upsert.setObject(1, starts.stream().mapToLong(Long::longValue).toArray());
            upsert.setLong(2, sizeMillis);
            upsert.setLong(3, sizeMillis);
            upsert.setLong(4, starts.first());
            upsert.setLong(5, starts.first());
            upsert.setLong(6, starts.last() + sizeMillis);
            upsert.setLong(7, sizeMillis);
            upsert.executeUpdate();
        }
        raiseHosts(connection, starts);
    }

    private static void raiseHosts(Connection connection, SortedSet<Long> starts) throws SQLException {
        List<Long> hostStarts = new ArrayList<>();
        List<String> hosts = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(HOSTS_OF_WINDOWS)) {
            select.setObject(1, starts.stream().mapToLong(Long::longValue).toArray());
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    hostStarts.add(rows.getLong(1));
                    hosts.add(rows.getString(2));
                }
            }
        }
        try (PreparedStatement raise = connection.prepareStatement(Sql.HOSTS_FROM_REFERRERS)) {
            raise.setObject(1, hostStarts.stream().mapToLong(Long::longValue).toArray());
            raise.setObject(2, hosts.toArray(String[]::new));
            raise.executeUpdate();
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
