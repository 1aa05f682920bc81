package io.tidemark.bench.latency;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.HdrHistogram.Histogram;

/**
 * From when an event was due to be sent until its row is there. Kafka tells which offset an event got, the ledger up to
 * which offset rows are there; either may be told first. Thread-safe.
 */
final class EventLatencies {
    private static final int FIRST_CAPACITY = 1 << 16;
    private static final int DIGITS = 3;

    private final Load.Span measured;
    private final Partition[] partitions;
    private final Histogram micros = new Histogram(DIGITS);
    private long settled;

    /**
     * Begins with all partitions at rest: every event sent before has its row.
     *
     * @param measured events that are due in it are recorded
     * @param firstOffsets of each partition, the offset of the first event that is to come
     */
    EventLatencies(Load.Span measured, long[] firstOffsets) {
        this.measured = measured;
        this.partitions = Arrays.stream(firstOffsets).mapToObj(Partition::new).toArray(Partition[]::new);
    }

    /** Rows below the offset were there at that time. */
    private record Sighting(long nextOffset, long atNanos) {}

    private static final class Partition {
        private final long first;
        private final Queue<Sighting> sightings = new ArrayDeque<>();
        private long[] dueNanos = new long[FIRST_CAPACITY];
        private long settled;
        private long seen;

        Partition(long first) {
            this.first = first;
            this.settled = first;
            this.seen = first;
        }
    }

    /** Kafka has taken an event: it was due at that time, and has this offset. */
    synchronized void sent(int partition, long offset, long dueNanos) {
        Partition of = partitions[partition];
        int index = Math.toIntExact(offset - of.first);
        if (index < 0) {
            throw new IllegalStateException("Offset %d of partition %d was there before".formatted(offset, partition));
        }
        if (index >= of.dueNanos.length) {
            of.dueNanos = Arrays.copyOf(of.dueNanos, Math.max(index + 1, of.dueNanos.length * 2));
        }
        of.dueNanos[index] = dueNanos;
        settle(of);
    }

    /** At that time, nanoseconds since the epoch, the rows of all offsets below were seen to be there. */
    synchronized void visible(int partition, long nextOffset, long atNanos) {
        Partition of = partitions[partition];
        if (nextOffset > of.seen) {
            of.seen = nextOffset;
            of.sightings.add(new Sighting(nextOffset, atNanos));
            settle(of);
        }
    }

    private void settle(Partition of) {
        while (!of.sightings.isEmpty()) {
            Sighting sighting = of.sightings.element();
            while (of.settled < sighting.nextOffset) {
                int index = (int) (of.settled - of.first);
                long due = index < of.dueNanos.length ? of.dueNanos[index] : 0;
                if (due == 0) {
                    return;
                }
                if (measured.holds(due)) {
                    micros.recordValue((sighting.atNanos - due) / 1_000);
                }
                of.settled++;
                settled++;
            }
            of.sightings.remove();
        }
    }

    /** How many events were sent and their rows seen, those that are not measured included. */
    synchronized long settled() {
        return settled;
    }

    /** How many offsets were seen to be there since the beginning. */
    synchronized long visible() {
        return Arrays.stream(partitions).mapToLong(of -> of.seen - of.first).sum();
    }

    /** In microseconds. */
    synchronized Histogram micros() {
        return micros.copy();
    }
}
