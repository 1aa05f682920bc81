package io.tidemark.stream.time;

import io.tidemark.model.TumblingWindows;
import io.tidemark.stream.aggregate.PartitionTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Event time of the partitions that one subtask reads: of each, a fixed delay behind its newest event; of all together,
 * the lowest of those that are not quiet. For one thread; knows no clock but the times it is told at {@link #tick}.
 *
 * <p>A partition is quiet if it has delivered all it has and stays so: {@code quietAfter} or more after its last event
 * Kafka was asked, and said that nothing is left to be delivered; and it said so just now. A partition that is silent for
 * another reason (Kafka away or slow, a backlog, a process that stood still) holds event time, however long.
 *
 * <p>The end of a window is told at once ({@link #event}), not only now and then: so an offset is never committed while
 * windows that end before its event are still open, and a job that starts at the committed offsets knows which windows it
 * must count again.
 */
final class PartitionTimes {
    /** An answer of Kafka's holds no longer: what came since may be undelivered. */
    private static final Duration ANSWER_HOLDS = Duration.ofSeconds(3);

    private final TumblingWindows windows;
    private final long delayMillis;
    private final long quietAfterMillis;
    private final List<Partition> partitions = new ArrayList<>();

    /** Of partitions that this subtask may not read, too: those who restore do not know yet which they will read. */
    private final Map<Integer, Long> restored = new HashMap<>();

    private @Nullable Partition latest;
    private long begunAt;
    private long tickedAt;
    private @Nullable Answer answer;
    private boolean idle;

    PartitionTimes(TumblingWindows windows, Duration delay, Duration quietAfter, long nowMillis) {
        this.windows = windows;
        this.delayMillis = delay.toMillis();
        this.quietAfterMillis = quietAfter.toMillis();
        this.begunAt = nowMillis;
        this.tickedAt = nowMillis;
    }

    private record Answer(long askedAt, Set<Integer> drained) {}

    private static final class Partition {
        private final int number;
        private long position;
        private long newestMillis = Long.MIN_VALUE;
        private long nextEndMillis = Long.MIN_VALUE;
        private long silentSince;
        private boolean movedSinceTick = true;
        private boolean quiet;

        Partition(int number) {
            this.number = number;
        }
    }

    /** Takes over how far partitions were; of several times of one, the highest. */
    void restore(Iterable<PartitionTime> times) {
        times.forEach(time -> restored.merge(time.partition(), time.newestMillis(), Math::max));
    }

    /** How far partitions are, for {@link #restore}. */
    Collection<PartitionTime> save() {
        Map<Integer, Long> newest = new HashMap<>(restored);
        partitions.forEach(partition -> newest.merge(partition.number, partition.newestMillis, Math::max));
        List<PartitionTime> times = new ArrayList<>();
        newest.forEach((partition, millis) -> times.add(new PartitionTime(partition, millis)));
        return times;
    }

    /** This subtask reads the partition from now on. */
    void assign(Assignment assigned) {
        Partition partition = find(assigned.partition());
        if (partition == null) {
            partition = new Partition(assigned.partition());
            partition.newestMillis = restored.getOrDefault(assigned.partition(), Long.MIN_VALUE);
            partitions.add(partition);
        }
        partition.position = assigned.position();
        partition.movedSinceTick = true;
        partition.quiet = false;
        idle = false;
    }

    /**
     * A record was read.
     *
     * @return whether {@link #watermark} or {@link #isIdle} must be looked at now, not at the next tick
     */
    boolean event(int partitionNumber, long offset, long timestampMillis) {
        Partition partition = find(partitionNumber);
        if (partition == null) {
            throw new IllegalStateException(
                    "A record of partition %d came, which was not assigned; the partitions are %s"
                            .formatted(
                                    partitionNumber,
                                    partitions.stream().map(p -> p.number).toList()));
        }
        boolean telling = partition.quiet;
        partition.position = offset + 1;
        partition.movedSinceTick = true;
        partition.quiet = false;
        idle = false;
        if (timestampMillis > partition.newestMillis) {
            partition.newestMillis = timestampMillis;
            long reached = timestampMillis - delayMillis;
            if (reached >= partition.nextEndMillis) {
                partition.nextEndMillis = windows.startOf(reached) + windows.sizeMillis();
                telling = true;
            }
        }
        return telling;
    }

    /** The partitions that Kafka is to be asked about, with their positions: those that have been silent for long enough. */
    Map<Integer, Long> silent() {
        Map<Integer, Long> silent = new HashMap<>();
        for (Partition partition : partitions) {
            if (!partition.movedSinceTick && tickedAt - partition.silentSince >= quietAfterMillis) {
                silent.put(partition.number, partition.position);
            }
        }
        return silent;
    }

    /** Whether Kafka is to be asked, though about no partition: a subtask without any is idle only if Kafka answers. */
    boolean waitsForPartitions() {
        return partitions.isEmpty() && tickedAt - begunAt >= quietAfterMillis;
    }

    /** Of what was {@link #silent} when Kafka was asked, the partitions with nothing left to be delivered. */
    void answered(long askedAtMillis, Set<Integer> drained) {
        answer = new Answer(askedAtMillis, Set.copyOf(drained));
    }

    /** Kafka was asked and did not answer. */
    void unanswered() {
        answer = null;
    }

    /** Looks anew at which partitions are quiet. */
    void tick(long nowMillis) {
        if (nowMillis < tickedAt) {
            // The clock was set back: what was measured by it is void.
            begunAt = nowMillis;
            answer = null;
            partitions.forEach(partition -> partition.movedSinceTick = true);
        }
        tickedAt = nowMillis;
        idle = !partitions.isEmpty() || isAnswered(begunAt);
        for (Partition partition : partitions) {
            if (partition.movedSinceTick) {
                partition.silentSince = nowMillis;
                partition.movedSinceTick = false;
            }
            partition.quiet =
                    isAnswered(partition.silentSince) && answer != null && answer.drained.contains(partition.number);
            idle &= partition.quiet;
        }
    }

    private boolean isAnswered(long silentSince) {
        return answer != null
                && answer.askedAt - silentSince >= quietAfterMillis
                && tickedAt - answer.askedAt <= ANSWER_HOLDS.toMillis();
    }

    /** Whether all partitions are quiet, or there are none. */
    boolean isIdle() {
        return idle;
    }

    /**
     * The lowest watermark of the partitions that are not quiet; if all are, the highest of any, since nothing is left that
     * it could make late. {@link Long#MIN_VALUE} if it is not known yet.
     */
    long watermark() {
        long lowest = Long.MAX_VALUE;
        long highest = Long.MIN_VALUE;
        for (Partition partition : partitions) {
            highest = Math.max(highest, partition.newestMillis);
            if (!partition.quiet) {
                lowest = Math.min(lowest, partition.newestMillis);
            }
        }
        long newest = idle || partitions.isEmpty() ? highest : lowest;
        return newest == Long.MIN_VALUE ? newest : newest - delayMillis - 1;
    }

    private @Nullable Partition find(int number) {
        if (latest != null && latest.number == number) {
            return latest;
        }
        for (Partition partition : partitions) {
            if (partition.number == number) {
                latest = partition;
                return partition;
            }
        }
        return null;
    }
}
