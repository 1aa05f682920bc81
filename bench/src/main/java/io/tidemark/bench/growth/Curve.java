package io.tidemark.bench.growth;

import io.tidemark.bench.input.Workload;
import io.tidemark.bench.run.Bench.Conditions;
import io.tidemark.bench.run.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * One thing that grows while all else stays the same.
 *
 * @param of what grows, for people
 */
record Curve(Work work, String of, List<Point> points) {
    private static final Conditions USUAL = new Conditions(2, 0, 0);

    Curve {
        points = List.copyOf(points);
    }

    /** @param at the value of what grows */
    record Point(double at, Workload workload, Conditions conditions) {}

    /** As on the command line and in names of files. */
    String id() {
        return work + "-" + of.replaceAll("[^a-z]+", "-");
    }

    /**
     * All of them; points of several curves that are the same are equal.
     *
     * @param aggregateEvents in the input of the aggregate job, if it is not events that grow
     * @param enrichEvents in the input of the enrich job
     */
    static List<Curve> all(long seed, long aggregateEvents, long enrichEvents) {
        List<Curve> curves = new ArrayList<>();
        Workload counted = Workload.hour(seed, aggregateEvents);
        curves.add(inputs(
                Work.AGGREGATE,
                "events",
                at -> counted.withEvents((long) at),
                aggregateEvents / 5.0,
                aggregateEvents * 1.0,
                aggregateEvents * 4.0));
        // In a single window, so that all pairs of the input are pairs of the window.
        Workload oneWindow = counted.withSpan(Duration.ofMinutes(5));
        curves.add(inputs(
                Work.AGGREGATE,
                "pairs of host and referrer in a window",
                at -> oneWindow.withPairs((int) at),
                1e2,
                1e3,
                1e4,
                1e5,
                1e6));
        for (Work work : List.of(Work.AGGREGATE, Work.ENRICH)) {
            Workload usual = work == Work.AGGREGATE ? counted : Workload.hour(seed, enrichEvents);
            curves.add(inputs(work, "partitions", at -> usual.withPartitions((int) at), 1, 2, 4, 8));
            curves.add(new Curve(
                    work,
                    "parallelism",
                    List.of(
                            new Point(1, usual, new Conditions(1, USUAL.warmUps(), 0)),
                            new Point(USUAL.parallelism(), usual, USUAL))));
            // Fewer, for what a disk holds.
            Workload half = usual.withEvents(usual.events() / 2);
            curves.add(inputs(
                    work,
                    "bytes of an event",
                    at -> half.withEventBytes((int) at),
                    Workload.SHORTEST_EVENT_BYTES,
                    Workload.LAB_EVENT_BYTES,
                    1_024,
                    4_096));
        }
        Workload stored = Workload.hour(seed, enrichEvents);
        List<Point> points = new ArrayList<>();
        for (long rows : List.of(0L, 10_000_000L, 50_000_000L)) {
            points.add(new Point(rows, stored, new Conditions(USUAL.parallelism(), USUAL.warmUps(), rows)));
        }
        curves.add(new Curve(Work.ENRICH, "rows stored before", points));
        return curves;
    }

    private static Curve inputs(Work work, String of, DoubleFunction<Workload> workload, double... values) {
        List<Point> points = new ArrayList<>();
        for (double at : values) {
            points.add(new Point(at, workload.apply(at), USUAL));
        }
        return new Curve(work, of, points);
    }
}
