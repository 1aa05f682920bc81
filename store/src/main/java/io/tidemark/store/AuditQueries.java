package io.tidemark.store;

import io.tidemark.store.AuditSnapshot.Account;
import io.tidemark.store.AuditSnapshot.Partition;
import io.tidemark.store.AuditSnapshot.Repeated;
import io.tidemark.store.AuditSnapshot.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads all tables in one snapshot, for the audit. Changes nothing. Of the events it fetches 64 offsets a row, so that what
 * travels and is held is a hundredth of the table. Not tried again if Postgres goes away: an audit that fails says so.
 */
public final class AuditQueries {
    private static final String SNAPSHOT = "set transaction isolation level repeatable read, read only";

    /** The statements below add up whole tables: in memory if they fit. */
    private static final List<String> ROOM =
            List.of("set local work_mem = '128MB'", "set local jit = off", "set local time zone 'UTC'");

    private static final String MISSING = """
            select t from unnest(array['processed_events', 'processed_events_aggregated',
                'processed_events_aggregated_source', 'ingest_ledger', 'ingest_rejected', 'window_corrections',
                'aggregate_settings', 'aggregate_progress', 'aggregate_tables', 'ingest_gone', 'retention_horizon',
                'forgotten_hits', 'processed_events_sessions',
                'session_settings', 'session_corrections', 'session_progress']) t
            where to_regclass(t) is null limit 1""";

    private static final String ACCOUNTS =
            "select topic_id, partition, first_offset, next_offset, stored, rejected, absent from ingest_ledger";

    /** 64 offsets a row: a bit is set for each that is there, and n is above the number of bits if one is there twice. */
    private static final String WORDS = """
            select %1$s, %2$s, source_offset >> 6, bit_or(1::bigint << (source_offset & 63)::int), count(*)
            from %3$s group by 1, 2, 3""";

    private static final String STORED = WORDS.formatted("source_topic_id", "source_partition", "processed_events");
    private static final String REJECTED = WORDS.formatted("topic_id", "partition", "ingest_rejected");

    private static final String REPEATED = """
            select source_offset, count(*) from processed_events
            where source_topic_id = ? and source_partition = ? and source_offset >> 6 = any (?)
            group by 1 having count(*) > 1 order by 1 limit ?""";

    private static final int FETCHED_AT_ONCE = 10_000;

    /** Words with a repeated offset that are looked into; more are only counted. */
    private static final int REPEATED_WORDS = 1_000;

    private final ConnectionSource connections;

    public AuditQueries(StoreConfig config) {
        // A query over a whole table takes as long as it takes.
        this.connections = config.connections("audit", Duration.ZERO);
    }

    /**
     * Reads everything at one moment.
     *
     * @param most how many differences to name of each kind; all are counted
     * @throws StoreException if Postgres cannot be reached, refuses, or lacks a table
     */
    public AuditSnapshot read(int most) {
        try (Connection connection = connections.open()) {
            try (Statement begin = connection.createStatement()) {
                begin.execute(SNAPSHOT);
                for (String setting : ROOM) {
                    begin.execute(setting);
                }
            }
            requireTables(connection);
            AuditSnapshot read = new AuditSnapshot(
                    partitions(connection, most),
                    AuditWindowQueries.read(connection, most),
                    AuditSessions.read(connection, most),
                    GoneEvents.counts(connection));
            connection.rollback();
            return read;
        } catch (SQLException e) {
            throw new StoreException("Cannot read the tables: " + e.getMessage(), e);
        }
    }

    private static void requireTables(Connection connection) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet missing = select.executeQuery(MISSING)) {
            if (missing.next()) {
                throw new StoreException(
                        "There is no table " + missing.getString(1)
                                + " in this database; 'tidemark up' and 'tidemark job' make what is missing",
                        null);
            }
        }
    }

    private static SortedMap<Partition, Rows> partitions(Connection connection, int most) throws SQLException {
        Map<Partition, Account> accounts = accounts(connection);
        Map<Partition, Found> stored = words(connection, STORED);
        Map<Partition, Found> rejected = words(connection, REJECTED);
        Map<Partition, AuditOffsets> gone = GoneEvents.offsets(connection);
        SortedMap<Partition, Rows> partitions = new TreeMap<>();
        accounts.keySet().forEach(partition -> partitions.put(partition, Rows.none()));
        stored.keySet().forEach(partition -> partitions.put(partition, Rows.none()));
        rejected.keySet().forEach(partition -> partitions.put(partition, Rows.none()));
        gone.keySet().forEach(partition -> partitions.put(partition, Rows.none()));
        for (Map.Entry<Partition, Rows> entry : partitions.entrySet()) {
            Partition partition = entry.getKey();
            Found rows = stored.getOrDefault(partition, new Found());
            entry.setValue(new Rows(
                    accounts.get(partition),
                    rows.offsets,
                    rows.rows,
                    rows.repeatedWords.isEmpty()
                            ? List.of()
                            : repeated(connection, partition, rows.repeatedWords, most),
                    rejected.getOrDefault(partition, new Found()).offsets,
                    gone.getOrDefault(partition, new AuditOffsets())));
        }
        return partitions;
    }

    private static Map<Partition, Account> accounts(Connection connection) throws SQLException {
        Map<Partition, Account> accounts = new HashMap<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(ACCOUNTS)) {
            while (row.next()) {
                accounts.put(
                        new Partition(row.getObject(1, UUID.class), row.getInt(2)),
                        new Account(row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6), row.getLong(7)));
            }
        }
        return accounts;
    }

    private static final class Found {
        final AuditOffsets offsets = new AuditOffsets();
        final List<Long> repeatedWords = new ArrayList<>();
        long rows;

        void add(long word, long bits, long count) {
            offsets.addWord(word, bits);
            rows += count;
            if (count != Long.bitCount(bits) && repeatedWords.size() < REPEATED_WORDS) {
                repeatedWords.add(word);
            }
        }
    }

    private static Map<Partition, Found> words(Connection connection, String sql) throws SQLException {
        Map<Partition, Found> found = new HashMap<>();
        try (Statement select = connection.createStatement()) {
            select.setFetchSize(FETCHED_AT_ONCE);
            try (ResultSet row = select.executeQuery(sql)) {
                while (row.next()) {
                    found.computeIfAbsent(
                                    new Partition(row.getObject(1, UUID.class), row.getInt(2)), none -> new Found())
                            .add(row.getLong(3), row.getLong(4), row.getLong(5));
                }
            }
        }
        return found;
    }

    private static List<Repeated> repeated(Connection connection, Partition partition, List<Long> words, int most)
            throws SQLException {
        List<Repeated> repeated = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(REPEATED)) {
            select.setObject(1, partition.topicId());
            select.setInt(2, partition.number());
            select.setObject(3, words.stream().mapToLong(Long::longValue).toArray());
            select.setInt(4, most);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    repeated.add(new Repeated(row.getLong(1), row.getLong(2)));
                }
            }
        }
        return repeated;
    }

    /** A number that may be NULL. */
    static @Nullable Long number(ResultSet row, int column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
