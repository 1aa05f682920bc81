package io.tidemark.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.SessionsBy;
import io.tidemark.model.SlicedWindows;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.enrich.IpPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobRegistryTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final JobKind ENRICH = JobKind.ENRICH;
    private static final Aggregate HOSTS = new Aggregate("hosts", List.of(Dimension.HOST), true);
    private static final List<Aggregate> AGGREGATES =
            List.of(HOSTS, HOSTS.in(SlicedWindows.hop(Duration.ofHours(1), Duration.ofMinutes(5))));

    @TempDir
    Path data;

    private Layout layout = new Layout(Path.of(""));
    private JobRegistry registry = new JobRegistry(layout);

    @BeforeEach
    void open() {
        layout = new Layout(data);
        registry = new JobRegistry(layout);
    }

    @Test
    void aJobGoesOnFromItsNewestCheckpointByNumber() throws IOException {
        checkpoint(9, 100);
        Path tenth = checkpoint(10, 200);
        Files.createDirectories(ofJob().resolve("chk-11"));
        assertThat(registry.restorePoint(remember(null))).contains(new RestorePoint(tenth.toString(), true));
    }

    @Test
    void withoutACheckpointOfItsOwnItGoesOnFromWhereItBegan() throws IOException {
        Path savepoint = complete(layout.savepoints().resolve("savepoint-1"), 100);
        RestorePoint began = RestorePoint.savepoint(savepoint.toString());
        assertThat(registry.restorePoint(remember(began))).contains(began);
        Files.delete(savepoint.resolve("_metadata"));
        assertThat(registry.restorePoint(remember(began))).isEmpty();
    }

    @Test
    void aCheckpointItBeganWithIsItsOwnAndASavepointIsNot() throws IOException {
        Path before = complete(layout.checkpoints().resolve("fedcba").resolve("chk-3"), 100);
        RestorePoint began = RestorePoint.checkpoint(before);
        assertThat(registry.restorePoint(remember(began))).contains(began);
        assertThat(began.owned()).isTrue();
        assertThat(RestorePoint.savepoint(before.toString()).owned()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"100, 200, savepoint", "200, 100, checkpoint"})
    void theNewestOfCheckpointAndSavepointWins(long checkpointAt, long savepointAt, String winner) throws IOException {
        Path checkpoint = checkpoint(1, checkpointAt);
        Path savepoint = complete(layout.savepoints().resolve("savepoint-1"), savepointAt);
        remember(null);
        registry.noteSavepoint(ENRICH, RestorePoint.savepoint(savepoint.toString()));
        RestorePoint expected = winner.equals("savepoint")
                ? RestorePoint.savepoint(savepoint.toString())
                : new RestorePoint(checkpoint.toString(), true);
        assertThat(registry.restorePoint(registry.find(ENRICH).orElseThrow())).contains(expected);
    }

    @Test
    void aStoppedJobIsRememberedButDoesNotComeBackByItself() {
        remember(null);
        registry.noteStopped(ENRICH, RestorePoint.savepoint("s3://bucket/savepoint-1"));
        assertThat(registry.unfinished()).isEmpty();
        assertThat(registry.restorePoint(registry.find(ENRICH).orElseThrow()))
                .contains(RestorePoint.savepoint("s3://bucket/savepoint-1"));
    }

    @ParameterizedTest
    @CsvSource({"CANCELED, true", "FINISHED, true", "FAILED, false", "RUNNING, false", "SUSPENDED, false"})
    void whatWasCancelledDoesNotComeBackAndWhatFailedDoes(JobStatus state, boolean stopped) {
        remember(null);
        registry.noteEnded(List.of(new FlinkRest.KnownJob(ID, "any", state, 0, 0)));
        assertThat(registry.find(ENRICH).orElseThrow().stopped()).isEqualTo(stopped);
    }

    @Test
    void whatIsCountedIsRememberedWithItsWindows() {
        assertThat(remember(null).options().aggregates()).isEqualTo(AGGREGATES);
    }

    @Test
    void jobsElsewhereAreRememberedApart() {
        remember(null);
        JobRegistry elsewhere = JobRegistry.elsewhere(layout, "flink.example:8081");
        assertThat(elsewhere.all()).isEmpty();
        elsewhere.undo(ENRICH, registry.find(ENRICH));
        registry.undo(ENRICH, Optional.empty());
        assertThat(elsewhere.all()).hasSize(1);
        assertThat(registry.all()).isEmpty();
    }

    private JobRecord remember(@Nullable RestorePoint began) {
        registry.undo(
                ENRICH,
                Optional.of(new JobRecord(
                        ENRICH,
                        ID,
                        2,
                        null,
                        IpPolicy.TRUNCATE,
                        300_000,
                        AGGREGATES,
                        TimeCharacteristic.EVENT,
                        15_000,
                        3_600_000,
                        1_800_000,
                        SessionsBy.IP,
                        10_000,
                        5_000,
                        Map.of(0, 0L),
                        Long.MIN_VALUE,
                        began == null ? null : began.location(),
                        null,
                        false)));
        return registry.find(ENRICH).orElseThrow();
    }

    private Path ofJob() {
        return layout.checkpoints().resolve(ID);
    }

    private Path checkpoint(int number, long completedAtMillis) throws IOException {
        return complete(ofJob().resolve("chk-" + number), completedAtMillis);
    }

    private static Path complete(Path folder, long atMillis) throws IOException {
        Files.createDirectories(folder);
        Path metadata = Files.writeString(folder.resolve("_metadata"), "");
        Files.setLastModifiedTime(metadata, FileTime.fromMillis(atMillis));
        return folder;
    }
}
