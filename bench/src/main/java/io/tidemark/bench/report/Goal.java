package io.tidemark.bench.report;

import io.tidemark.bench.run.Work;
import java.util.List;
import java.util.Optional;

/**
 * How many times as fast as a contender Tidemark is to be, by the medians of one run; below 1 it is a part of a limit.
 *
 * @param reach what it must be
 * @param aim what it is to become
 */
public record Goal(Work work, String contender, double reach, double aim) {
    /** All of them. */
    public static final List<Goal> ALL = List.of(
            new Goal(Work.AGGREGATE, "Flink SQL, window TVF", 4, 6),
            new Goal(Work.AGGREGATE, "Flink SQL, window TVF, tuned", 4, 6),
            new Goal(Work.AGGREGATE, "Flink SQL, window TVF, batch", 4, 6),
            new Goal(Work.AGGREGATE, "Kafka Streams", 4, 8),
            new Goal(Work.AGGREGATE, "Spark Structured Streaming", 4, 8),
            new Goal(Work.AGGREGATE, Summary.PLAIN_CONSUMER, 0.6, 0.75),
            new Goal(Work.ENRICH, "Flink SQL, JDBC sink", 3, 5),
            new Goal(Work.ENRICH, "Flink SQL, JDBC sink, tuned", 3, 5),
            new Goal(Work.ENRICH, "Flink SQL, JDBC sink by key", 3, 5),
            new Goal(Work.ENRICH, "Flink SQL, JDBC sink by key, tuned", 3, 5),
            new Goal(Work.ENRICH, "Java without an engine", 0.7, 0.9));

    /** What to say of a measured ratio, or of none. */
    String verdict(Optional<Double> ratio) {
        return ratio.map(
                        value -> value >= aim ? "reached, and the aim too" : value >= reach ? "reached" : "not reached")
                .orElse("not measured");
    }
}
