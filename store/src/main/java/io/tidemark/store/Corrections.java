package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SourceCoordinates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Windows that the aggregation could not count whole: marked, and recomputed from {@code processed_events} for all hosts
 * once the events they lack are stored there. Stored counts only ever grow, as with {@link WindowWriter}. Not thread-safe;
 * connects when first used.
 */
public final class Corrections implements AutoCloseable {
    /** A recomputation reads as much as its windows hold. */
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(5);

    /** The default of how long a mark rests, see {@link #Corrections(StoreConfig, Duration)}. */
    public static final Duration SETTLE = Duration.ofSeconds(5);

    private static final int WINDOWS_AT_ONCE = 1_000;

    private static final int MARKS_PER_STATEMENT = 5_000;

    private static final String MARK = """
            insert into window_corrections as t
                (window_start, window_size_ms, topic_id, partition, source_offset, due_at)
            select timestamptz 'epoch' + m.start * interval '1 millisecond', ?, m.topic_id, m.partition, m.source_offset,
                now() + ? * interval '1 millisecond'
            from unnest(?::bigint[], ?::uuid[], ?::integer[], ?::bigint[]) as m (start, topic_id, partition, source_offset)
            on conflict (window_start, window_size_ms, topic_id, partition) do update
            set source_offset = greatest(t.source_offset, excluded.source_offset), marked_at = now()""";

    /** Those who recompute take turns. The number is arbitrary: nobody else may use it in the same database. */
    private static final String TAKE_TURN = "select pg_advisory_xact_lock(7_103_480_112)";

    /** Marks whose time has come and whose events are stored, of so many windows at the most; the oldest first. */
    private static final String DUE = """
            with due as materialized (
                select c.window_size_ms, c.window_start, c.topic_id, c.partition, c.marked_at
                from window_corrections c
                join ingest_ledger l
                    on l.topic_id = c.topic_id and l.partition = c.partition and l.next_offset > c.source_offset
                where c.due_at <= now()
                order by c.window_start
                limit ?
            ), settled as (
                delete from window_corrections c using due d
                where c.window_start = d.window_start and c.window_size_ms = d.window_size_ms
                    and c.topic_id = d.topic_id and c.partition = d.partition
                    and d.marked_at <= now() - ? * interval '1 millisecond'
            ), marked_again as (
                update window_corrections c set due_at = now() + ? * interval '1 millisecond'
                from due d
                where c.window_start = d.window_start and c.window_size_ms = d.window_size_ms
                    and c.topic_id = d.topic_id and c.partition = d.partition
                    and d.marked_at > now() - ? * interval '1 millisecond'
            )
            select d.window_size_ms,\s""" + Sql.MILLIS.formatted("d.window_start") + " from due d";

    /**
     * Two ways into the events: the range of a window, through its index, while windows are few; equality of the window's
     * start, by hashing, when they are many. The planner picks, since it sees the number of windows.
     */
    private static final String RECOMPUTE = """
            with windows as materialized (
                select timestamptz 'epoch' + start * interval '1 millisecond' as start from unnest(?::bigint[]) as start
            ), counts as materialized (
                select w.start, e.host, coalesce(e.referrer, '') as referrer, count(*) as hits
                from windows w
                join processed_events e
                    on e.event_timestamp >= w.start and e.event_timestamp < w.start + ? * interval '1 millisecond'
                    and date_bin(? * interval '1 millisecond', e.event_timestamp, %1$s) = w.start
                where e.event_timestamp >= %1$s and e.event_timestamp < %1$s
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
    private final long settleMillis;

    /**
     * Prepares corrections; connects when first used.
     *
     * @param settle how long a mark rests before its window is recomputed, and after it was last marked before it is
     *     forgotten. Other partitions' events of the window can have been counted and not be stored yet: the time must
     *     exceed their writer's flush interval. Zero if nothing is being written
     */
    public Corrections(StoreConfig config, Duration settle) {
        this(Session.patient(config.writerConnections("corrections", ANSWER_WITHIN)), settle);
    }

    Corrections(Session session, Duration settle) {
        this.session = session;
        this.settleMillis = settle.toMillis();
    }

    /**
     * A window that lacks an event.
     *
     * @param windowStartMillis milliseconds since the epoch
     * @param event where the event came from; the window is due once the ledger is beyond it
     */
    public record Mark(long windowStartMillis, SourceCoordinates event) {
        public Mark {
            requireNonNull(event, "event is null");
        }
    }

    private record MarkKey(long windowStartMillis, Ledger.Key partition) implements Comparable<MarkKey> {
        @Override
        public int compareTo(MarkKey other) {
            int byStart = Long.compare(windowStartMillis, other.windowStartMillis);
            return byStart == 0 ? partition.compareTo(other.partition) : byStart;
        }
    }

    /**
     * Marks windows for recomputation. Marking again changes nothing.
     *
     * @param windowSizeMillis size of the windows
     */
    public void mark(Collection<Mark> marks, long windowSizeMillis) {
        if (marks.isEmpty()) {
            return;
        }
        TreeMap<MarkKey, Long> highest = new TreeMap<>();
        for (Mark mark : marks) {
            MarkKey key = new MarkKey(mark.windowStartMillis(), Ledger.Key.of(mark.event()));
            highest.merge(key, mark.event().offset(), Math::max);
        }
        session.transact("mark " + highest.size() + " windows for correction", connection -> {
            WindowSettings.check(connection, windowSizeMillis);
            List<Map.Entry<MarkKey, Long>> rows = new ArrayList<>(highest.entrySet());
            for (int from = 0; from < rows.size(); from += MARKS_PER_STATEMENT) {
                insert(
                        connection,
                        windowSizeMillis,
                        rows.subList(from, Math.min(from + MARKS_PER_STATEMENT, rows.size())));
            }
            return rows.size();
        });
    }

    private void insert(Connection connection, long windowSizeMillis, List<Map.Entry<MarkKey, Long>> rows)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(MARK)) {
            insert.setLong(1, windowSizeMillis);
            insert.setLong(2, settleMillis);
            insert.setObject(
                    3,
                    rows.stream()
                            .mapToLong(row -> row.getKey().windowStartMillis())
                            .toArray());
            insert.setObject(
                    4,
                    rows.stream()
                            .map(row -> row.getKey().partition().topicId().toString())
                            .toArray(String[]::new));
            insert.setObject(
                    5,
                    rows.stream()
                            .mapToInt(row -> row.getKey().partition().partition())
                            .toArray());
            insert.setObject(6, rows.stream().mapToLong(Map.Entry::getValue).toArray());
            insert.executeUpdate();
        }
    }

    /**
     * Recomputes, in one transaction, marked windows whose lacking events are stored by now, a thousand at the most. The
     * others stay marked. Waits while another process does the same.
     *
     * @return number of windows recomputed; 0 if none is due
     */
    public int recomputeDue() {
        return session.transact("recompute the windows marked for correction", connection -> {
            Map<Long, SortedSet<Long>> startsBySize = takeDue(connection);
            int recomputed = 0;
            for (Map.Entry<Long, SortedSet<Long>> due : startsBySize.entrySet()) {
                recompute(connection, due.getKey(), due.getValue());
                recomputed += due.getValue().size();
            }
            return recomputed;
        });
    }

    /** The starts of the due windows by their size; their marks end with the transaction, unless marked again since. */
    private Map<Long, SortedSet<Long>> takeDue(Connection connection) throws SQLException {
        Map<Long, SortedSet<Long>> startsBySize = new TreeMap<>();
        try (Statement turn = connection.createStatement()) {
            turn.execute(TAKE_TURN);
        }
        try (PreparedStatement take = connection.prepareStatement(DUE)) {
            take.setInt(1, WINDOWS_AT_ONCE);
            take.setLong(2, settleMillis);
            take.setLong(3, settleMillis);
            take.setLong(4, settleMillis);
            try (ResultSet due = take.executeQuery()) {
                while (due.next()) {
                    startsBySize
                            .computeIfAbsent(due.getLong(1), size -> new TreeSet<>())
                            .add(due.getLong(2));
                }
            }
        }
        return startsBySize;
    }

    private static void recompute(Connection connection, long sizeMillis, SortedSet<Long> starts) throws SQLException {
        WindowSettings.check(connection, sizeMillis);
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
