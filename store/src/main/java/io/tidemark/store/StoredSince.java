package io.tidemark.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * A moment, told by the ledger: events below its offsets had been stored by then, all others since. And whether events have been deleted
 * since.
 */
public final class StoredSince {
    private static final String LEDGER = "select topic_id::text, partition, next_offset from ingest_ledger";

    /** Whoever deletes events takes turns, so that the numbers are in the order of the commits. */
    private static final String LAST_GONE = "select coalesce(max(gone_id), 0) from ingest_gone";

    /** Both ways into the events, as {@link Corrections} recomputes: takes starts, the size twice, the range, and the ledger. */
    private static final String WINDOWS = """
            with windows as materialized (
                select timestamptz 'epoch' + start * interval '1 millisecond' as w from unnest(?::bigint[]) as start
            )
            select distinct %2$s
            from windows
            join processed_events e
                on e.event_timestamp >= w and e.event_timestamp < w + ? * interval '1 millisecond'
                and date_bin(? * interval '1 millisecond', e.event_timestamp, timestamptz 'epoch') = w
            left join unnest(?::uuid[], ?::integer[], ?::bigint[]) as k (topic_id, partition, next_offset)
                on k.topic_id = e.source_topic_id and k.partition = e.source_partition
            where e.event_timestamp >= %1$s and e.event_timestamp < %1$s
                and (k.next_offset is null or e.source_offset >= k.next_offset)""".formatted(Sql.TIMESTAMP, Sql.MILLIS.formatted("w"));

    private final String[] topics;
    private final int[] partitions;
    private final long[] nextOffsets;
    private final long lastGone;

    private StoredSince(String[] topics, int[] partitions, long[] nextOffsets, long lastGone) {
        this.topics = topics;
        this.partitions = partitions;
        this.nextOffsets = nextOffsets;
        this.lastGone = lastGone;
    }

    /** Now, as the connection's transaction sees it. */
    static StoredSince now(Connection connection) throws SQLException {
        List<String> topics = new ArrayList<>();
        List<Integer> partitions = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(LEDGER)) {
            while (row.next()) {
                topics.add(row.getString(1));
                partitions.add(row.getInt(2));
                offsets.add(row.getLong(3));
            }
        }
        return new StoredSince(
                topics.toArray(String[]::new),
                partitions.stream().mapToInt(Integer::intValue).toArray(),
                offsets.stream().mapToLong(Long::longValue).toArray(),
                lastGone(connection));
    }

    /** Those of the windows into which an event has been stored since, and is still there. */
    NavigableSet<Long> windows(Connection connection, long sizeMillis, Collection<Long> starts) throws SQLException {
        NavigableSet<Long> found = new TreeSet<>();
        if (starts.isEmpty()) {
            return found;
        }
        long[] sorted = starts.stream().mapToLong(Long::longValue).sorted().toArray();
        try (Statement settings = connection.createStatement()) {
            settings.execute("set local plan_cache_mode = force_custom_plan");
        }
        try (PreparedStatement select = connection.prepareStatement(WINDOWS)) {
            select.setObject(1, sorted);
            select.setLong(2, sizeMillis);
            select.setLong(3, sizeMillis);
            select.setObject(4, topics);
            select.setObject(5, partitions);
            select.setObject(6, nextOffsets);
            select.setLong(7, sorted[0]);
            select.setLong(8, sorted[sorted.length - 1] + sizeMillis);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(row.getLong(1));
                }
            }
        }
        return found;
    }

    boolean isSomethingGone(Connection connection) throws SQLException {
        return lastGone(connection) != lastGone;
    }

    private static long lastGone(Connection connection) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(LAST_GONE)) {
            row.next();
            return row.getLong(1);
        }
    }
}
