package io.tidemark.bench.input;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the input looks like; the same values give the same bytes.
 *
 * @param seed of all random choices
 * @param events in all partitions together
 * @param partitions of the topic
 * @param pairs of host and referrer that occur, see {@link #hosts}
 * @param eventBytes about how large a raw event's JSON is; below the lab's size, events are as short as they can be
 * @param span of event time from the first to the last event
 * @param log whose lines the events are; then only events and partitions say anything. Null if events are made
 */
public record Workload(
        long seed,
        long events,
        int partitions,
        int pairs,
        int eventBytes,
        Duration span,
        @Nullable EventLog log) {
    /** Size of the raw events of the lab that Tidemark's format comes from. */
    public static final int LAB_EVENT_BYTES = 524;

    /** As short as an event of this benchmark gets. */
    public static final int SHORTEST_EVENT_BYTES = 300;

    public Workload {
        if (events < 1 || partitions < 1 || pairs < 1) {
            throw new IllegalArgumentException("events, partitions and pairs must be at least 1; were %d, %d, %d"
                    .formatted(events, partitions, pairs));
        }
    }

    /** Of events that are made. */
    public Workload(long seed, long events, int partitions, int pairs, int eventBytes, Duration span) {
        this(seed, events, partitions, pairs, eventBytes, span, null);
    }

    /** Of a real log's events, in four partitions. */
    public static Workload of(EventLog log, long events) {
        return new Workload(0, events, 4, 1, 0, Duration.ZERO, log);
    }

    /** An hour of traffic: twelve windows of five minutes, ten thousand pairs of host and referrer. */
    public static Workload hour(long seed, long events) {
        return new Workload(seed, events, 4, 10_000, LAB_EVENT_BYTES, Duration.ofHours(1));
    }

    public Workload withPairs(int number) {
        return new Workload(seed, events, partitions, number, eventBytes, span, log);
    }

    public Workload withPartitions(int number) {
        return new Workload(seed, events, number, pairs, eventBytes, span, log);
    }

    public Workload withEventBytes(int bytes) {
        return new Workload(seed, events, partitions, pairs, bytes, span, log);
    }

    public Workload withEvents(long number) {
        return new Workload(seed, number, partitions, pairs, eventBytes, span, log);
    }

    public Workload withSpan(Duration time) {
        return new Workload(seed, events, partitions, pairs, eventBytes, time, log);
    }

    /** Number of hosts: 40 of ten thousand pairs, and as the square root of them. */
    public int hosts() {
        return Math.max(1, (int) Math.round(Math.sqrt(pairs) * 0.4));
    }

    /** Number of events of a partition: all the same, but for the remainder, which the first ones share. */
    public long eventsOf(int partition) {
        return events / partitions + (partition < events % partitions ? 1 : 0);
    }

    /** The events of a partition, from the first one on. */
    public Events events(int partition) {
        return log == null ? new EventSource(this, partition) : log.events(partition, this);
    }

    /** Names a folder that holds this input. */
    public String id() {
        if (log != null) {
            return "%s-%dev-%dp".formatted(log.name().replaceAll("[^a-zA-Z0-9.]+", "-"), events, partitions);
        }
        return "seed%d-%dev-%dp-%dpairs-%db-%ds"
                .formatted(seed, events, partitions, pairs, eventBytes, span.toSeconds());
    }
}
