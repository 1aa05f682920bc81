package io.tidemark.collect.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Intakes whose turns, time and Kafka are a test's, one after the other on what is left of their spool. */
final class IntakeWorld implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(2);
    static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();

    final FakeKafka kafka = new FakeKafka();
    private final List<Intake> open = new ArrayList<>();
    private final Path folder;
    private Path spool;
    private long nanos;
    private int crashes;

    /** @param folder for spools */
    IntakeWorld(Path folder) {
        this.folder = folder;
        this.spool = folder.resolve("spool");
    }

    /** One that has found Kafka. */
    Intake intake() throws IOException {
        Intake intake = unconnected();
        kafka.found();
        intake.turn();
        return intake;
    }

    /** One that looks for Kafka. */
    Intake unconnected() throws IOException {
        return unconnected(1 << 20, 1 << 20);
    }

    /** @param spoolBytes 0 is none */
    Intake unconnected(long queueBytes, long spoolBytes) throws IOException {
        Intake intake = Intake.unstarted(
                new IntakeConfig(
                        FakeKafka.TOPIC, queueBytes, spool, spoolBytes, PATIENCE, Duration.ofMinutes(10), 10_000),
                kafka,
                () -> nanos,
                Clock.fixed(Instant.ofEpochMilli(NOON), ZoneOffset.UTC),
                kafka.connector());
        open.add(intake);
        return intake;
    }

    /** What a crash leaves: the files of the spool as they are now. Its process is gone, so nothing more is done with it. */
    void crash() throws IOException {
        Path left = folder.resolve("crash-" + ++crashes);
        Files.createDirectories(left);
        try (Stream<Path> files = Files.list(spool)) {
            for (Path each : (Iterable<Path>) files::iterator) {
                Files.copy(each, left.resolve(each.getFileName()));
            }
        }
        spool = left;
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    /** As much time as it takes until Kafka counts as away. */
    void passPatience() {
        pass(PATIENCE.plusMillis(1));
    }

    static NewEvent event(String id) {
        return new NewEvent(id, NOON, ("value of " + id).getBytes(UTF_8));
    }

    @Override
    public void close() throws IOException {
        for (Intake each : open) {
            each.end();
        }
    }
}
