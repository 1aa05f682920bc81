package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.event;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Windows that take longer to recompute than the server may work at once. */
class LongCorrectionsTest {
    private static final int WINDOWS = 4;
    private static final Duration TOO_SHORT = Duration.ofMillis(1);

    private final StoreConfig config = StoreFixture.newDatabase();

    @Test
    void fewerAreTriedAtOnceUntilTheyAreDone() {
        List<Long> starts = new ArrayList<>();
        try (EventWriter events = new EventWriter(config)) {
            for (int i = 0; i < WINDOWS; i++) {
                starts.add(NOON + i * FIVE_MINUTES);
                events.add(event("a.example", null, NOON + i * FIVE_MINUTES), at(0, i));
            }
            events.flush();
        }
        run(config, """
                create function dawdle() returns trigger language plpgsql as
                $$ begin perform pg_sleep(0.05); return new; end $$;
                create trigger dawdle before insert on processed_events_aggregated
                for each row execute function dawdle()""");
        Session patient = Session.patient(
                config.writerConnections("corrections", Duration.ofMinutes(1)), pause -> {}, Clock.systemUTC());
        List<Integer> turns = new ArrayList<>();
        try (Corrections corrections = new Corrections(patient, TOO_SHORT)) {
            corrections.mark(starts, FIVE_MINUTES);
            for (int done = corrections.recomputeMarked(); done > 0; done = corrections.recomputeMarked()) {
                turns.add(done);
            }
        }
        assertThat(turns).containsOnly(1).hasSize(WINDOWS);
        assertThat(rows(config, "select sum(num_hits), count(*) from processed_events_aggregated"))
                .containsExactly("4|4");
    }
}
