package io.tidemark.cli.e2e;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.cli.embedded.StackProcess;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobLauncher;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.JobRegistry;
import io.tidemark.cli.jobs.RestorePoint;
import io.tidemark.cli.jobs.RunningJob;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.cli.jobs.Target;
import io.tidemark.collect.RawProducer;
import io.tidemark.collect.Ticker;
import io.tidemark.collect.accesslog.LogFormat;
import io.tidemark.collect.importing.ImportConfig;
import io.tidemark.collect.importing.ImportProgress;
import io.tidemark.collect.importing.LogImport;
import io.tidemark.collect.importing.LogSource;
import io.tidemark.model.Topics;
import io.tidemark.store.SqlQuery;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;

/** The embedded stack with the jobs, as the commands put them together. */
final class Pipeline implements AutoCloseable {
    /** Site of the logs whose lines name none. */
    static final String HOST = "example.test";

    /** Site of events that only move event time on. */
    static final String CLOCK_HOST = "clock.test";

    private static final String REAL = "host <> '" + CLOCK_HOST + "'";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofMillis(100);

    private final StackAddresses addresses;
    private final Layout layout;
    private final JobLauncher launcher;
    private final Runnable end;

    private Pipeline(StackAddresses addresses, Path data, Runnable end) {
        this.addresses = addresses;
        this.layout = new Layout(data);
        this.launcher = new JobLauncher(Target.of(addresses));
        this.end = end;
    }

    /** Of what runs on the folder, whatever it is; nothing is stopped in the end. */
    static Pipeline on(Path data) {
        return new Pipeline(Stack.running(data).orElseThrow(), data, () -> {});
    }

    static Pipeline start(Path data) {
        Stack stack = Stack.start(StackConfig.at(data));
        return new Pipeline(stack.addresses(), data, stack::close);
    }

    /** A stack in a process of its own, which is killed in the end. */
    static Pipeline startToBeKilled(Path data) throws Exception {
        Process process = StackProcess.start(data);
        return new Pipeline(
                Stack.running(data).orElseThrow(),
                data,
                () -> process.destroyForcibly().onExit().join());
    }

    /** A stack whose Kafka runs elsewhere, in a stack that is used for nothing else. */
    static Pipeline startWithKafkaOf(StackAddresses other, Path data) {
        Stack stack = Stack.start(StackConfig.at(data));
        StackAddresses own = stack.addresses();
        StackAddresses mixed = StackAddresses.ofOwnServers(
                own.pid(),
                other.bootstrap(),
                own.jdbcUrl(),
                own.postgresUser(),
                Path.of(requireNonNull(own.postgresPasswordFile())),
                own.flink(),
                own.startedAt());
        return new Pipeline(mixed, data, stack::close);
    }

    StoreConfig store() {
        return addresses.store();
    }

    String bootstrap() {
        return addresses.bootstrap();
    }

    JobLauncher launcher() {
        return launcher;
    }

    ImportProgress importLogs(Path... logs) throws IOException, InterruptedException {
        List<LogSource> sources = new ArrayList<>();
        for (Path log : logs) {
            sources.add(new LogSource.File(log));
        }
        try (Producer<byte[], byte[]> producer = producer()) {
            ImportConfig config = new ImportConfig(Topics.RAW, LogFormat.AUTO, HOST, false);
            return new LogImport(config, sources, producer, (line, raw) -> {}, Ticker.system()).run();
        }
    }

    /** Spreads the records of even a small log over all partitions. */
    private Producer<byte[], byte[]> producer() {
        return RawProducer.open(
                Map.of("bootstrap.servers", bootstrap(), "partitioner.class", RoundRobinPartitioner.class.getName()));
    }

    /** Sends records and returns where each came to stand. */
    List<RecordMetadata> send(List<ProducerRecord<byte[], byte[]>> records) throws Exception {
        List<RecordMetadata> taken = new ArrayList<>();
        try (Producer<byte[], byte[]> producer = producer()) {
            List<Future<RecordMetadata>> pending = new ArrayList<>();
            records.forEach(record -> pending.add(producer.send(record)));
            producer.flush();
            for (Future<RecordMetadata> each : pending) {
                taken.add(each.get(60, TimeUnit.SECONDS));
            }
        }
        return taken;
    }

    /** Sends so many events of {@link #HOST}, a second of event time after each other. */
    void sendEvents(int number, Instant first) throws Exception {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            byte[] event = "{\"host\":\"%s\",\"event_time\":\"%s\"}"
                    .formatted(HOST, first.plusSeconds(i))
                    .getBytes(StandardCharsets.UTF_8);
            records.add(new ProducerRecord<>(Topics.RAW, event));
        }
        send(records);
    }

    /** Lets event time go on to that instant in every partition, so that what ended before closes. */
    void moveTimeTo(Instant instant) throws Exception {
        byte[] event = "{\"host\":\"%s\",\"event_time\":\"%s\"}"
                .formatted(CLOCK_HOST, instant)
                .getBytes(StandardCharsets.UTF_8);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int partition = 0; partition < StackConfig.DEFAULT_PARTITIONS; partition++) {
            records.add(new ProducerRecord<>(Topics.RAW, partition, null, event));
        }
        send(records);
    }

    /** Submits a job as {@code tidemark job} does, remembered for the next start, and waits until it runs. */
    Submitted submit(JobKind kind, JobOptions options) {
        Submitted job = launcher.submit(kind, options);
        new JobRegistry(layout).add(job, options);
        RunningJob.awaitRunning(job);
        return job;
    }

    /** Submits a job that goes on from a savepoint, and waits until it runs. */
    Submitted goOn(JobKind kind, JobOptions options, Path savepoint) {
        Submitted job = launcher.resume(
                kind, options, launcher.resolve(kind, options), RestorePoint.savepoint(savepoint.toString()));
        RunningJob.awaitRunning(job);
        return job;
    }

    /** Lets the jobs go on that ran when the stack ended. */
    List<Submitted> resume() {
        List<Submitted> jobs = new JobRegistry(layout).resume(launcher, problem -> {
            throw new AssertionError(problem);
        });
        jobs.forEach(RunningJob::awaitRunning);
        return jobs;
    }

    /** Runs a bounded job to its end and returns its counts. */
    Map<String, Long> run(JobKind kind, JobOptions options) {
        return RunningJob.await(launcher.submit(kind, options), read -> {});
    }

    /** Enriches what is new, as {@code tidemark run} does. */
    Map<String, Long> enrichNew() {
        StartOffsets ends = launcher.rawEnds();
        Map<String, Long> counts = run(JobKind.ENRICH, JobOptions.defaults(2).bounded(new StartFrom.Committed()));
        launcher.commitRaw(ends);
        return counts;
    }

    /** Waits for the next checkpoint of each job. */
    void awaitCheckpoints(Submitted... jobs) throws Exception {
        Map<Submitted, Long> before = new HashMap<>();
        for (Submitted job : jobs) {
            before.put(job, newestCheckpoint(job));
        }
        for (Map.Entry<Submitted, Long> job : before.entrySet()) {
            await("a checkpoint of " + job.getKey().kind(), () -> newestCheckpoint(job.getKey()) > job.getValue());
        }
    }

    private long newestCheckpoint(Submitted job) throws IOException {
        Path folder = layout.checkpoints().resolve(job.id());
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(each -> Files.exists(each.resolve("_metadata")))
                    .mapToLong(
                            each -> Long.parseLong(each.getFileName().toString().substring("chk-".length())))
                    .max()
                    .orElse(0);
        }
    }

    void cancel(Submitted job) throws Exception {
        job.client().cancel().get(30, TimeUnit.SECONDS);
        await(
                job.kind() + " to end",
                () -> job.client().getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState());
    }

    /** Waits until the rows of so many events are there. */
    void awaitStored(long events) throws Exception {
        await(events + " stored events", () -> number("select count(*) from processed_events where " + REAL) >= events);
    }

    /** Waits until every stored event is counted in every table that is counted, and no window waits for its correction. */
    void awaitCounted() throws Exception {
        List<String> tables =
                new ArrayList<>(List.of("processed_events_aggregated", "processed_events_aggregated_source"));
        tables.addAll(csv("select table_name from aggregate_tables where counted and 'host' = any(dimensions)"));
        tables.remove("table_name");
        String sums = tables.stream()
                .map(each -> "(select coalesce(sum(num_hits), 0) from %s where %s)".formatted(each, REAL))
                .collect(joining(", "));
        await("every stored event to be counted", () -> number("""
                select (select count(*) from processed_events where %s)
                    - least(%s) + (select count(*) from window_corrections)""".formatted(REAL, sums)) == 0);
    }

    /** Waits until every stored event of a visitor is in a session, and none waits for its correction. */
    void awaitSessions() throws Exception {
        await("every stored event to be in a session", () -> number("""
                select (select count(visitor_id) from processed_events where %1$s)
                    - (select coalesce(sum(num_hits), 0) from processed_events_sessions where %1$s)
                    + (select count(*) from session_corrections)""".formatted(REAL)) == 0);
    }

    long number(String query) throws IOException {
        return Long.parseLong(csv(query).get(1));
    }

    /** The rows of a query as CSV, after a header. */
    List<String> csv(String query) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SqlQuery(store(), query).csv(out);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    /** Waits until the condition holds. */
    static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Waited in vain for " + what);
            }
            Ticker.system().await(STEP);
        }
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    @Override
    public void close() {
        end.run();
    }
}
