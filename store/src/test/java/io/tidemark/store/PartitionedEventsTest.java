package io.tidemark.store;

import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PartitionedEventsTest {
    private static final Instant NOW = Instant.parse("2026-11-28T09:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final String SIZES = """
            select tableoid::regclass, count(*) from processed_events group by 1""";

    private final StoreConfig config = StoreFixture.newDatabase();

    private EventWriter writer() {
        return new EventWriter(
                Session.patient(config.writerConnections("events", Duration.ofMinutes(1))), 1 << 20, CLOCK);
    }

    private static long millis(String time) {
        return Instant.parse(time).toEpochMilli();
    }

    @Test
    void eachDayOfABatchGoesToItsPartition() {
        try (EventWriter writer = writer()) {
            writer.add(event("h", null, millis("2026-11-27T23:59:59.999Z")), at(0, 0));
            writer.add(event("h", null, millis("2026-11-28T00:00:00Z")), at(0, 1));
            writer.add(event("h", null, millis("2026-11-28T08:00:00Z")), at(0, 2));
            writer.add(event("h", null, millis("2026-02-03T08:00:00Z")), at(0, 3));
            writer.add(event("h", null, millis("2026-02-28T08:00:00Z")), at(0, 4));
            writer.add(event("h", null, millis("0001-01-01T00:00:00Z")), at(0, 5));
            assertThat(writer.flush().stored()).isEqualTo(6);
        }
        assertThat(rows(config, SIZES))
                .containsExactlyInAnyOrder(
                        "processed_events_2026_02|2",
                        "processed_events_2026_11_27|1",
                        "processed_events_2026_11_28|2",
                        "processed_events_before_1993|1");
    }

    @Test
    void everyPartitionHasTheIndexAndTheComments() {
        try (EventWriter writer = writer()) {
            writer.add(event("h", null, NOW.toEpochMilli()), at(0, 0));
            writer.flush();
        }
        assertThat(rows(config, "select indexdef from pg_indexes where tablename = 'processed_events_2026_11_28'"))
                .singleElement()
                .asString()
                .contains("USING brin (event_timestamp) WITH (pages_per_range='32', autosummarize='on')");
        assertThat(rows(
                        config,
                        "select count(*) from pg_attribute where attrelid = 'processed_events_2026_11_28'::regclass"
                                + " and attnum > 0 and col_description(attrelid, attnum) is null"))
                .containsExactly("0");
    }

    @Test
    void writersThatMeetNewDaysAtOnceMakeThemOnce() throws Exception {
        int writers = 6;
        int days = 40;
        CyclicBarrier ready = new CyclicBarrier(writers);
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            List<Callable<Integer>> rivals = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                int partition = i;
                rivals.add(() -> {
                    int stored = 0;
                    try (EventWriter writer = writer()) {
                        for (int n = 0; n < days; n++) {
                            // Each in another order, several days a batch.
                            int day = (n * (2 * partition + 1)) % days;
                            writer.add(
                                    event(
                                            "h",
                                            null,
                                            NOW.minus(Duration.ofDays(day)).toEpochMilli()),
                                    at(partition, n));
                            if (n % 4 == 3) {
                                ready.await();
                                stored += writer.flush().stored();
                            }
                        }
                    }
                    return stored;
                });
            }
            for (Future<Integer> rival : threads.invokeAll(rivals)) {
                assertThat(rival.get()).isEqualTo(days);
            }
        } finally {
            threads.shutdown();
        }
        assertThat(rows(config, "select count(*), count(distinct tableoid) from processed_events"))
                .containsExactly(writers * days + "|" + days);
    }

    @Test
    void whoReadsInALongTransactionHoldsUpNoNewDay() throws Exception {
        try (EventWriter writer = writer();
                var reader = config.connections("test", Duration.ofMinutes(1)).open()) {
            writer.add(event("h", null, NOW.toEpochMilli()), at(0, 0));
            writer.flush();
            try (var read = reader.createStatement();
                    var row = read.executeQuery("select count(*) from processed_events")) {
                row.next();
                run(config, "alter database " + reader.getCatalog() + " set lock_timeout = '5s'");
                try (EventWriter second = writer()) {
                    second.add(event("h", null, NOW.minus(Duration.ofDays(1)).toEpochMilli()), at(1, 0));
                    assertThat(second.flush().stored()).isOne();
                }
            }
        }
    }

    @Test
    void aPartitionThatSomebodyTookAwayIsMadeAnew() {
        try (EventWriter writer = writer()) {
            writer.add(event("h", null, NOW.toEpochMilli()), at(0, 0));
            writer.flush();
            run(config, "alter table processed_events detach partition processed_events_2026_11_28");
            writer.add(event("h", null, NOW.toEpochMilli()), at(0, 1));
            assertThat(writer.flush()).isEqualTo(new EventWriter.Flushed(1, List.of()));
        }
        assertThat(rows(config, SIZES)).containsExactly("processed_events_2026_11_28_part_2|1");
    }

    @Test
    void aRangeOfTimeReadsItsPartitionsOnly() {
        try (EventWriter writer = writer()) {
            for (int day = 0; day < 20; day++) {
                writer.add(event("h", null, NOW.minus(Duration.ofDays(day)).toEpochMilli()), at(0, day));
            }
            writer.flush();
        }
        long from = millis("2026-11-20T00:00:00Z");
        String sql = ("explain select count(*) from processed_events where event_timestamp >= " + Sql.TIMESTAMP
                        + " and event_timestamp < " + Sql.TIMESTAMP)
                .replaceFirst("\\?", Long.toString(from))
                .replaceFirst("\\?", Long.toString(from + 3_600_000));
        assertThat(String.join("\n", rows(config, sql)))
                .contains("processed_events_2026_11_20")
                .doesNotContain("processed_events_2026_11_19", "processed_events_2026_11_21", "Subplans Removed");
    }
}
