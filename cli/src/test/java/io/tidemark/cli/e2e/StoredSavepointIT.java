package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.PostgresServer;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.RunningJob;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.model.Aggregate;
import io.tidemark.model.Topics;
import io.tidemark.stream.Tallies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jobs of an earlier version were stopped with a savepoint; those of this one go on from there. The enrich job's savepoint is
 * older than the rows, so that the ledger has to tell which events are stored; the aggregate job's holds windows that
 * were half counted, and event time of each partition.
 */
class StoredSavepointIT {
    /** Where to store a state of this version, e.g. when a job's state changes: {@code make stored_savepoint}. */
    private static final String STORE = "tidemark.store.savepoint";

    /** So many at a time, a second after each other: three times as many fill a window. */
    private static final int EVENTS = 100;

    private static final Instant WINDOW_START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("storedStates")
    void jobsGoOnFromTheSavepointOfAnEarlierVersion(Path stored) throws Exception {
        Path data = folder.resolve("data");
        StoredState.unpack(stored, data, folder);
        try (PostgresServer database = PostgresServer.start(new Layout(data), 0)) {
            StoredState.loadTables(database.store(), folder);
        }
        try (Pipeline pipeline = Pipeline.start(data)) {
            assertThat(counts(pipeline)).isEqualTo("200,200,");

            List<Submitted> jobs = new ArrayList<>();
            for (JobKind kind : List.of(JobKind.ENRICH, JobKind.AGGREGATE)) {
                jobs.add(pipeline.goOn(kind, JobOptions.defaults(1), StoredState.savepoint(folder, kind.toString())));
            }
            pipeline.sendEvents(EVENTS, WINDOW_START.plusSeconds(2 * EVENTS));
            pipeline.awaitStored(3 * EVENTS);
            pipeline.moveTimeTo(WINDOW_START.plus(Duration.ofDays(1)));
            pipeline.awaitCounted();

            assertThat(counts(pipeline)).isEqualTo("300,300,300");
            // These tables are new, so that the window that was open is recomputed once it closes.
            for (Aggregate each : Aggregate.DEFAULTS) {
                Pipeline.await(
                        "300 page views in " + each.table(),
                        () -> pipeline.number("select coalesce(sum(num_hits), 0) from " + each.table()
                                        + " where host = 'example.test'")
                                == 300);
            }
            assertThat(pipeline.csv("select sum(rejected) from ingest_ledger"))
                    .element(1)
                    .isEqualTo("1");
            // Each went on from its own place: enrich read again what was stored behind its savepoint, aggregate
            // nothing.
            Submitted enrich = jobs.get(0);
            Submitted aggregate = jobs.get(1);
            awaitCount(enrich, Tallies.SKIPPED, EVENTS + 1);
            awaitCount(aggregate, Tallies.DUPLICATES, EVENTS);
            awaitCount(aggregate, Tallies.READ, 2 * EVENTS + StackConfig.DEFAULT_PARTITIONS);
        }
    }

    private static void awaitCount(Submitted job, String name, long count) throws Exception {
        Pipeline.await(
                "%d %s of %s".formatted(count, name, job.kind()),
                () -> RunningJob.countsOr(job, Map.of()).getOrDefault(name, 0L) == count);
    }

    static List<Path> storedStates() throws IOException {
        return StoredState.all();
    }

    /** Events stored, places in the raw topic that they came from, and hits counted in the window. */
    private static String counts(Pipeline pipeline) throws IOException {
        return pipeline.csv("""
                select count(*), count(distinct (source_partition, source_offset)),
                    (select sum(num_hits) from processed_events_aggregated where host = 'example.test')
                from processed_events where host = 'example.test'""").get(1);
    }

    @Test
    @EnabledIfSystemProperty(named = STORE, matches = ".+", disabledReason = "stores a state, by make stored_savepoint")
    void aStateOfThisVersionIsStored() throws Exception {
        Path data = folder.resolve("data");
        Path tables = folder.resolve("tables");
        Map<String, Path> savepoints = new HashMap<>();
        try (Pipeline pipeline = Pipeline.start(data)) {
            pipeline.submit(JobKind.ENRICH, JobOptions.defaults(2));
            Submitted aggregate = pipeline.submit(JobKind.AGGREGATE, JobOptions.defaults(2));
            pipeline.sendEvents(EVENTS, WINDOW_START);
            pipeline.awaitStored(EVENTS);
            savepoints.put(
                    JobKind.ENRICH.toString(),
                    pipeline.launcher().savepoint(JobKind.ENRICH).path());
            pipeline.sendEvents(EVENTS, WINDOW_START.plusSeconds(EVENTS));
            pipeline.send(List.of(new ProducerRecord<>(Topics.RAW, "no event".getBytes(StandardCharsets.UTF_8))));
            pipeline.awaitStored(2 * EVENTS);
            awaitCount(aggregate, Tallies.READ, 2 * EVENTS);
            savepoints.put(
                    JobKind.AGGREGATE.toString(),
                    pipeline.launcher().stopWithSavepoint(JobKind.AGGREGATE).path());
            pipeline.launcher().stopWithSavepoint(JobKind.ENRICH);
            StoredState.saveTables(pipeline, tables);
        }
        StoredState.save(Path.of(System.getProperty(STORE)), data, tables, savepoints);
    }
}
