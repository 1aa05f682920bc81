package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.TumblingWindows;
import io.tidemark.model.WindowCounts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A database on 2026-11-28, whose old days are to go. */
final class RetentionFixture {
    static final Instant NOW = Instant.parse("2026-11-28T09:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    static final long OLD = Instant.parse("2026-08-20T12:00:00Z").toEpochMilli();
    static final long FIRST_KEPT = Instant.parse("2026-08-30T00:00:00Z").toEpochMilli();

    final StoreConfig config = StoreFixture.newDatabase();
    long offset;

    EventWriter writer() {
        return new EventWriter(
                Session.patient(config.writerConnections("events", Duration.ofMinutes(1))), 1 << 20, CLOCK);
    }

    void store(long... times) {
        try (EventWriter writer = writer()) {
            for (long time : times) {
                writer.add(event("h", "r", time), at(0, offset++));
            }
            assertThat(writer.flush().stored()).isEqualTo(times.length);
        }
    }

    void count(long... times) {
        WindowSettings.claim(config, Duration.ofMillis(FIVE_MINUTES), "event");
        try (WindowWriter windows = new WindowWriter(config);
                WindowProgress progress =
                        new WindowProgress(Session.patient(config.writerConnections("p", Duration.ofMinutes(1))))) {
            for (long time : times) {
                windows.write(
                        List.of(new WindowCounts(
                                new TumblingWindows(FIVE_MINUTES).startOf(time), "h", Map.of("r", 1L))),
                        FIVE_MINUTES);
            }
            progress.advance(NOW.toEpochMilli(), FIVE_MINUTES);
        }
    }

    List<RetentionStep> retain(RetentionRules rules) {
        try (Retention retention = new Retention(config, CLOCK)) {
            List<RetentionStep> steps = new ArrayList<>();
            long kept = retention.run(rules, steps::add);
            assertThat(steps.stream().filter(step -> step.kept() != null).count())
                    .isEqualTo(kept);
            return steps;
        }
    }

    void assertAllAccountedFor() {
        AuditSnapshot read = new AuditQueries(config).read(100);
        assertThat(read.windows().differences()).isEmpty();
        assertThat(read.windows().groups().differences()).isEmpty();
        read.partitions().forEach((partition, found) -> {
            AuditSnapshot.Account account = requireNonNull(found.account());
            assertThat(found.stored().and(found.gone()).isEmpty()).isTrue();
            assertThat(found.rows() + found.gone().size()).isEqualTo(account.stored());
            assertThat(found.rejected().size()).isEqualTo(account.rejected());
        });
    }
}
