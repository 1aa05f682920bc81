package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Grain;
import io.tidemark.model.Periods;
import io.tidemark.model.WindowCounts;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RollupStoreTest {
    private final StoreConfig config = StoreFixture.newDatabase();

    /** A server that crashed has emptied the staging table: what is not there is not to be taken for hours without hits. */
    @Test
    void nothingIsReplacedOnceTheServerWasRestarted() {
        WindowSettings.claim(config, Duration.ofMillis(FIVE_MINUTES), "event");
        try (WindowWriter windows = new WindowWriter(config)) {
            windows.write(List.of(new WindowCounts(NOON, "a.example", Map.of("", 1L))), FIVE_MINUTES);
        }
        try (RollupStore store = new RollupStore(config)) {
            RollupSource source = store.sources().keySet().iterator().next();
            RollupStep step = store.plan(source, new Periods(Grain.HOUR, ZoneOffset.UTC), null, null);
            store.prepareStaging(source);
            run(
                    config,
                    "insert into processed_events_aggregated_hour (period_start, host, num_hits, complete)"
                            + " values ('2026-03-01 12:00+00', 'a.example', 1, true)");
            run(config, """
                    truncate rollup_staging;
                    select pg_terminate_backend(pid, 10000) from pg_stat_activity
                    where datname = current_database() and application_name like 'tidemark-rollup%'""");
            assertThatThrownBy(() -> store.swap(step, List.of("one")))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("the turn of the rollup is lost");
        }
        assertThat(rows(config, "select host from processed_events_aggregated_hour"))
                .containsExactly("a.example");
    }
}
