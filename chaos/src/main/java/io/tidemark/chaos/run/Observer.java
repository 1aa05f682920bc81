package io.tidemark.chaos.run;

import io.tidemark.chaos.check.Database;
import io.tidemark.chaos.check.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees how far the pipeline is, past every proxy. Everything that cannot be seen at this moment is an exception. For one
 * thread.
 */
final class Observer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Observer.class);
    private static final String RAW = "web-events";
    private static final String SECOND = "process_events_kafka";
    private static final String COUNTING_GROUP = "tidemark-aggregate";
    private static final String SESSION_GROUP = "tidemark-session";
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

    /** How far event time may stay behind the clock while records are sent: watermark delay, flush, and a second. */
    private static final Duration BEHIND = Duration.ofSeconds(4);

    private final Admin admin;
    private final Database database;
    private final String topicId;
    private final int partitions;
    private @Nullable Connection kept;

    Observer(Admin admin, Database database, String topicId, int partitions) {
        this.admin = admin;
        this.database = database;
        this.topicId = topicId;
        this.partitions = partitions;
    }

    /** The ends of the raw topic by partition. */
    Map<Integer, Long> rawEnds() throws Away {
        return ends(RAW);
    }

    /** Where the ledger stands, by partition. */
    Map<Integer, Long> positions() throws Away {
        try {
            return Tables.positions(connection(), topicId);
        } catch (SQLException e) {
            close();
            throw new Away(e);
        }
    }

    /** Whether everything before those ends is stored, and counted up to about that time. */
    boolean hasCaughtUp(Map<Integer, Long> rawEnds, long atMillis) throws Away {
        try {
            Connection open = connection();
            return covers(Tables.positions(open, topicId), rawEnds)
                    && Tables.closedUntilMillis(open) >= atMillis - BEHIND.toMillis();
        } catch (SQLException e) {
            close();
            throw new Away(e);
        }
    }

    /** What is still to be done once nothing is sent any more; empty if nothing is. */
    String leftToDo(long lastWindowEndMillis, long gapMillis) throws Away {
        try {
            Connection connection = connection();
            Map<Integer, Long> positions = Tables.positions(connection, topicId);
            Map<Integer, Long> raw = rawEnds();
            if (!covers(positions, raw)) {
                return "the ledger is at " + positions + " of " + raw;
            }
            long closed = Tables.closedUntilMillis(connection);
            if (closed < lastWindowEndMillis - 1) {
                return "windows are closed until " + closed + ", the last one ends at " + lastWindowEndMillis;
            }
            List<String> marks = Tables.marks(connection);
            if (!marks.isEmpty()) {
                return marks.toString();
            }
            long sessionsClosed = Tables.sessionsClosedUntilMillis(connection);
            if (sessionsClosed < lastWindowEndMillis + gapMillis) {
                return "sessions are closed until " + sessionsClosed + ", the last window ends at "
                        + lastWindowEndMillis;
            }
            // The groups' offsets are behind by up to 10 s when nothing comes: Flink waits that long for records.
            Map<Integer, Long> second = ends(SECOND);
            Map<Integer, Long> counted = committed(COUNTING_GROUP);
            if (!Tables.countsAllEvents(connection) && !covers(counted, second)) {
                return "the counting group is at " + counted + " of " + second;
            }
            Map<Integer, Long> inSessions = committed(SESSION_GROUP);
            return Tables.sessionsHoldAllEvents(connection) || covers(inSessions, second)
                    ? ""
                    : "the session group is at " + inSessions + " of " + second;
        } catch (SQLException e) {
            close();
            throw new Away(e);
        }
    }

    private Connection connection() throws SQLException {
        Connection open = kept;
        if (open == null || open.isClosed()) {
            open = database.connect();
            kept = open;
        }
        return open;
    }

    @Override
    public void close() {
        Connection open = kept;
        kept = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (SQLException e) {
            LOG.debug("Cannot close a connection", e);
        }
    }

    private static boolean covers(Map<Integer, Long> positions, Map<Integer, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    private Map<Integer, Long> ends(String topic) throws Away {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            wanted.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        Map<Integer, Long> ends = new HashMap<>();
        try {
            admin.listOffsets(wanted)
                    .all()
                    .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                    .forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
            return ends;
        } catch (ExecutionException | TimeoutException e) {
            throw new Away(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Away(e);
        }
    }

    private Map<Integer, Long> committed(String group) throws Away {
        Map<Integer, Long> offsets = new HashMap<>();
        try {
            Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            found.forEach((partition, offset) -> {
                if (offset != null && partition.topic().equals(SECOND)) {
                    offsets.put(partition.partition(), offset.offset());
                }
            });
            return offsets;
        } catch (ExecutionException | TimeoutException e) {
            throw new Away(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Away(e);
        }
    }

    /** Something does not answer at this moment. */
    static final class Away extends Exception {
        private static final long serialVersionUID = 1L;

        Away(Throwable cause) {
            super(cause);
        }
    }
}
