package io.tidemark.bench;

import io.tidemark.bench.limit.CopyReadyRows;
import io.tidemark.bench.limit.CountWithoutEngine;
import io.tidemark.bench.limit.EnrichWithoutEngine;
import io.tidemark.bench.limit.ParsingConsumer;
import io.tidemark.bench.limit.PlainConsumer;
import io.tidemark.bench.report.Summary;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Contender.Kind;
import io.tidemark.bench.run.Contender.Result;
import io.tidemark.bench.run.Place;
import io.tidemark.bench.run.Work;
import io.tidemark.model.Topics;
import io.tidemark.stream.aggregate.AggregateMain;
import io.tidemark.stream.enrich.EnrichMain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Who takes part. */
final class Contenders {
    /** What Flink's own start scripts open on Java 17. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.net",
            "java.io",
            "java.nio",
            "java.text",
            "java.time",
            "java.util",
            "java.util.concurrent");

    private static final String HEAP = "-Xmx2g";

    /** Bounded, Tidemark's jobs take no checkpoints: the ledger and upserts of absolute counts bear the promise. */
    private static final String EXACTLY_ONCE = "exactly once";

    /** What is written again after a failure is written over. */
    private static final String BY_UPSERTS = "at least once, upserts";

    private static final String NO_PROMISE = "none";

    private final String own;
    private final Path peers;

    /**
     * @param distribution folder of the benchmark's jar and its libraries
     * @param peers folder with a folder of jars for each peer
     */
    Contenders(Path distribution, Path peers) {
        this.own = distribution + "/*:" + distribution.resolve("lib") + "/*";
        this.peers = peers;
    }

    /** All who can do that work; Tidemark first. */
    List<Contender> of(Work work) {
        return switch (work) {
            case AGGREGATE -> aggregate();
            case ENRICH -> enrich();
        };
    }

    private List<Contender> aggregate() {
        return List.of(
                new Contender(
                        "Tidemark",
                        "The aggregate job by its own main class, as it comes.",
                        Kind.TIDEMARK,
                        EXACTLY_ONCE,
                        Result.WINDOW_TABLES,
                        own,
                        flinkOptions(),
                        place -> tidemark(AggregateMain.class, place)),
                flinkSql("Flink SQL, window TVF", "tvf", "stock", BY_UPSERTS, Result.WINDOW_TABLES),
                flinkSql("Flink SQL, window TVF, tuned", "tvf", "tuned", BY_UPSERTS, Result.WINDOW_TABLES),
                flinkSql("Flink SQL, group windows", "group", "stock", BY_UPSERTS, Result.WINDOW_TABLES),
                peer(
                        "Kafka Streams",
                        "Windowed counts into two topics, exactly once; no database.",
                        "kafka-streams",
                        EXACTLY_ONCE,
                        Result.WINDOW_TOPICS,
                        List.of(HEAP),
                        place -> List.of(
                                "io.tidemark.bench.peers.kafkastreams.WindowedCounts",
                                place.bootstrap(),
                                Integer.toString(place.parallelism()),
                                place.group(),
                                place.folder().toString())),
                peer(
                        "Spark Structured Streaming",
                        "Two queries, each batch's changes by an upsert.",
                        "spark",
                        BY_UPSERTS,
                        Result.WINDOW_TABLES,
                        sparkOptions(),
                        place -> List.of(
                                "io.tidemark.bench.peers.spark.StructuredStreaming",
                                place.bootstrap(),
                                place.store().jdbcUrl(),
                                place.store().user(),
                                Integer.toString(place.parallelism()),
                                place.folder().toString())),
                peer(
                        "Hazelcast Jet",
                        "One embedded member; both counts from one read, rows by upserts in rewritten batches of 5,000.",
                        "hazelcast-jet",
                        BY_UPSERTS,
                        Result.WINDOW_TABLES,
                        hazelcastOptions(),
                        place -> List.of(
                                "io.tidemark.bench.peers.hazelcastjet.WindowedCounts",
                                place.bootstrap(),
                                place.store().jdbcUrl(),
                                place.store().user(),
                                Integer.toString(place.parallelism()),
                                place.group())),
                limit(
                        Summary.PLAIN_CONSUMER,
                        "Kafka's consumer, one a thread, looking at every byte; writes nothing.",
                        PlainConsumer.class,
                        NO_PROMISE,
                        Result.PRINTED_COUNT,
                        Topics.ENRICHED),
                limit(
                        "consumer and parser",
                        "The same, parsing each record's JSON with Jackson; writes nothing.",
                        ParsingConsumer.class,
                        NO_PROMISE,
                        Result.PRINTED_COUNT,
                        Topics.ENRICHED),
                limit(
                        "Java without an engine",
                        "A program that does just this: maps on the heap, written at the end, nothing survives a failure.",
                        CountWithoutEngine.class,
                        NO_PROMISE,
                        Result.WINDOW_TABLES,
                        Topics.ENRICHED));
    }

    private List<Contender> enrich() {
        return List.of(
                new Contender(
                        "Tidemark",
                        "The enrich job by its own main class, as it comes: enriched, stored exactly once, and sent on.",
                        Kind.TIDEMARK,
                        EXACTLY_ONCE,
                        Result.EVENTS_AND_TOPIC,
                        own,
                        flinkOptions(),
                        place -> tidemark(EnrichMain.class, place)),
                flinkSql("Flink SQL, JDBC sink", "enrich", "stock", "at least once", Result.RAW_EVENTS),
                flinkSql("Flink SQL, JDBC sink, tuned", "enrich", "tuned", "at least once", Result.RAW_EVENTS),
                limit(
                        Summary.PLAIN_CONSUMER,
                        "Kafka's consumer, one a thread, looking at every byte; writes nothing.",
                        PlainConsumer.class,
                        NO_PROMISE,
                        Result.PRINTED_COUNT,
                        Topics.RAW),
                limit(
                        "Java without an engine",
                        "A program that does just this, of Tidemark's parts: enriched, stored exactly once, and sent on.",
                        EnrichWithoutEngine.class,
                        EXACTLY_ONCE,
                        Result.EVENTS_AND_TOPIC,
                        Topics.RAW),
                limit(
                        "COPY of ready rows",
                        "Reads nothing: COPYs the same 8 MiB of ready rows of processed_events again and again, one connection a thread.",
                        NO_PROMISE,
                        Result.PRINTED_COUNT,
                        place -> List.of(
                                CopyReadyRows.class.getName(),
                                place.store().jdbcUrl(),
                                place.store().user(),
                                Integer.toString(place.parallelism()),
                                Long.toString(place.events()))));
    }

    private Contender flinkSql(String name, String work, String how, String guarantee, Result result) {
        return peer(
                name,
                how.equals("stock")
                        ? "JSON format and JDBC sink, as the manual has them."
                        : "The same with object reuse, mini-batches, two phases, larger and rewritten batches of the sink.",
                "flink-sql",
                guarantee,
                result,
                flinkOptions(),
                place -> List.of(
                        "io.tidemark.bench.peers.flinksql.FlinkSql",
                        work,
                        how,
                        place.bootstrap(),
                        place.store().jdbcUrl(),
                        place.store().user(),
                        Integer.toString(place.parallelism()),
                        place.group()));
    }

    private Contender peer(
            String name,
            String what,
            String module,
            String guarantee,
            Result result,
            List<String> options,
            Function<Place, List<String>> words) {
        return new Contender(
                name,
                what,
                Kind.PEER,
                guarantee,
                result,
                peers.resolve(module).resolve("target/jars") + "/*",
                options,
                words);
    }

    /** What Spark's own start scripts open on Java 17. */
    private static List<String> sparkOptions() {
        List<String> options = flinkOptions();
        for (String each : List.of(
                "java.lang.invoke",
                "java.lang.reflect",
                "java.util.concurrent.atomic",
                "jdk.internal.ref",
                "sun.nio.ch",
                "sun.nio.cs",
                "sun.security.action",
                "sun.util.calendar")) {
            options.add("--add-opens=java.base/" + each + "=ALL-UNNAMED");
        }
        return options;
    }

    /** What Hazelcast's own start scripts open on Java 17. */
    private static List<String> hazelcastOptions() {
        return List.of(
                HEAP,
                "--add-modules=java.se",
                "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "--add-opens=java.management/sun.management=ALL-UNNAMED",
                "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED");
    }

    /** One that reads a topic. */
    private Contender limit(String name, String what, Class<?> main, String guarantee, Result result, String topic) {
        return limit(
                name,
                what,
                guarantee,
                result,
                place -> List.of(
                        main.getName(),
                        place.bootstrap(),
                        topic,
                        Integer.toString(place.parallelism()),
                        place.store().jdbcUrl(),
                        place.store().user()));
    }

    private Contender limit(
            String name, String what, String guarantee, Result result, Function<Place, List<String>> words) {
        return new Contender(name, what, Kind.LIMIT, guarantee, result, own, List.of(HEAP), words);
    }

    private static List<String> flinkOptions() {
        List<String> options = new ArrayList<>();
        options.add(HEAP);
        OPENED.forEach(each -> options.add("--add-opens=java.base/" + each + "=ALL-UNNAMED"));
        return options;
    }

    private static List<String> tidemark(Class<?> main, Place place) {
        return List.of(
                main.getName(),
                "--kafka",
                place.bootstrap(),
                "--postgres",
                place.store().jdbcUrl().replace("jdbc:", ""),
                "--postgres-user",
                place.store().user(),
                "--parallelism",
                Integer.toString(place.parallelism()),
                "--from",
                "earliest",
                "--bounded");
    }
}
