package io.tidemark.bench;

import static java.util.Objects.requireNonNull;

import io.tidemark.bench.both.BothJobs;
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
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Who takes part. */
public final class Contenders {
    /**
     * Bounded, Tidemark's jobs take no checkpoints and need no watermarks, as Flink SQL in batch mode: the ledger and upserts
     * of absolute counts bear the promise.
     */
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
    public Contenders(Path distribution, Path peers) {
        this.own = distribution + "/*:" + distribution.resolve("lib") + "/*";
        this.peers = peers;
    }

    /** Folder of the benchmark's jar, with its libraries in {@code lib}. */
    public static Path distribution() throws URISyntaxException {
        return requireNonNull(Path.of(Contenders.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .getParent());
    }

    /** All who can do that work; Tidemark first. */
    public List<Contender> of(Work work) {
        return switch (work) {
            case AGGREGATE -> aggregate();
            case ENRICH -> enrich();
            case BOTH -> both();
        };
    }

    private List<Contender> aggregate() {
        return List.of(
                new Contender(
                        "Tidemark",
                        "The aggregate job by its own main class, counting both tables and no further aggregate.",
                        Kind.TIDEMARK,
                        EXACTLY_ONCE,
                        Result.WINDOW_TABLES,
                        own,
                        JvmOptions.FLINK,
                        place -> tidemark(AggregateMain.class, place, "--aggregates", "none")),
                new Contender(
                        "Tidemark, 6 aggregates more",
                        "The same as it comes: also hits and visitors by host, page, kind of referrer, country, client and campaign.",
                        Kind.MORE,
                        EXACTLY_ONCE,
                        Result.WINDOW_TABLES,
                        own,
                        JvmOptions.FLINK,
                        place -> tidemark(AggregateMain.class, place)),
                flinkSql("Flink SQL, window TVF", "tvf", "stock", BY_UPSERTS, Result.WINDOW_TABLES),
                flinkSql("Flink SQL, window TVF, tuned", "tvf", "tuned", BY_UPSERTS, Result.WINDOW_TABLES),
                flinkSql("Flink SQL, window TVF, batch", "tvf", "batch", BY_UPSERTS, Result.WINDOW_TABLES),
                flinkSql("Flink SQL, group windows", "group", "stock", BY_UPSERTS, Result.WINDOW_TABLES),
                peer(
                        "Kafka Streams",
                        "Windowed counts into two topics, exactly once; no database.",
                        "kafka-streams",
                        EXACTLY_ONCE,
                        Result.WINDOW_TOPICS,
                        JvmOptions.PLAIN,
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
                        JvmOptions.SPARK,
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
                        JvmOptions.HAZELCAST,
                        place -> List.of(
                                "io.tidemark.bench.peers.hazelcastjet.WindowedCounts",
                                place.bootstrap(),
                                place.store().jdbcUrl(),
                                place.store().user(),
                                Integer.toString(place.parallelism()),
                                place.group())),
                plainConsumer(Topics.ENRICHED),
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
                        JvmOptions.FLINK,
                        place -> tidemark(EnrichMain.class, place)),
                flinkSql("Flink SQL, JDBC sink", "enrich", "stock", "at least once", Result.RAW_EVENTS),
                flinkSql("Flink SQL, JDBC sink, tuned", "enrich", "tuned", "at least once", Result.RAW_EVENTS),
                flinkSql(
                        "Flink SQL, JDBC sink by key",
                        "enrich-once",
                        "stock",
                        BY_UPSERTS,
                        Result.RAW_EVENTS_BY_POSITION),
                flinkSql(
                        "Flink SQL, JDBC sink by key, tuned",
                        "enrich-once",
                        "tuned",
                        BY_UPSERTS,
                        Result.RAW_EVENTS_BY_POSITION),
                plainConsumer(Topics.RAW),
                limit(
                        "Java without an engine",
                        "A program that does just this, of Tidemark's parts: enriched, stored, and sent on; that it has failed it"
                                + " would not know.",
                        EnrichWithoutEngine.class,
                        "exactly once in the table",
                        Result.EVENTS_AND_TOPIC,
                        Topics.RAW),
                limit(
                        "COPY of ready rows",
                        "Reads nothing: COPYs the same ready rows of processed_events again and again, one connection a thread.",
                        NO_PROMISE,
                        Result.PRINTED_COUNT,
                        place -> List.of(
                                CopyReadyRows.class.getName(),
                                place.store().jdbcUrl(),
                                place.store().user(),
                                Integer.toString(place.parallelism()),
                                Long.toString(place.events()))));
    }

    private List<Contender> both() {
        return List.of(
                new Contender(
                        "Tidemark",
                        "Both jobs at once in one process; what was sent on is counted from the second topic.",
                        Kind.TIDEMARK,
                        EXACTLY_ONCE,
                        Result.EVENTS_TOPIC_AND_WINDOWS,
                        own,
                        JvmOptions.FLINK,
                        place -> List.of(
                                BothJobs.class.getName(),
                                place.bootstrap(),
                                place.store().jdbcUrl(),
                                place.store().user(),
                                Integer.toString(place.parallelism()),
                                place.folder().toUri().toString())),
                flinkSql("Flink SQL, three INSERTs", "both", "stock", "at least once", Result.RAW_EVENTS_AND_WINDOWS),
                flinkSql(
                        "Flink SQL, three INSERTs, tuned",
                        "both",
                        "tuned",
                        "at least once",
                        Result.RAW_EVENTS_AND_WINDOWS),
                plainConsumer(Topics.RAW));
    }

    private Contender flinkSql(String name, String work, String how, String guarantee, Result result) {
        return peer(
                name,
                switch (how) {
                    case "stock" -> "JSON format and JDBC sink, as the manual has them.";
                    case "tuned" ->
                        "The same with object reuse, larger polls, times read by the format, host counts summed from those by referrer,"
                                + " larger and rewritten batches of the sink.";
                    default -> "The tuned one in batch mode, which needs neither watermarks nor checkpoints.";
                },
                "flink-sql",
                guarantee,
                result,
                JvmOptions.FLINK,
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

    private Contender plainConsumer(String topic) {
        return limit(
                Summary.PLAIN_CONSUMER,
                "Kafka's consumer, one a thread, looking at every byte; writes nothing.",
                PlainConsumer.class,
                NO_PROMISE,
                Result.PRINTED_COUNT,
                topic);
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
        return new Contender(name, what, Kind.LIMIT, guarantee, result, own, JvmOptions.PLAIN, words);
    }

    private static List<String> tidemark(Class<?> main, Place place, String... more) {
        List<String> words = new ArrayList<>(List.of(
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
                "--bounded"));
        words.addAll(List.of(more));
        return words;
    }
}
