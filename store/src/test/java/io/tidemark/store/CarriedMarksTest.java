package io.tidemark.store;

import static io.tidemark.store.StoreFixture.rows;
import static io.tidemark.store.StoreFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.testkit.EarlierSchema;
import io.tidemark.testkit.TestPostgres;
import org.junit.jupiter.api.Test;

class CarriedMarksTest {
    private final StoreConfig config = new StoreConfig(TestPostgres.newDatabase(), "postgres", "postgres");

    @Test
    void marksOfSeveralPartitionsBecomeOneOfTheWindow() {
        EarlierSchema.migrate(config.jdbcUrl(), config.user(), config.password(), "1");
        run(config, """
                insert into window_corrections
                    (window_start, window_size_ms, topic_id, partition, source_offset, due_at)
                select w, 300000, t::uuid, p, 7, now()
                from unnest(array['2026-03-01 12:00Z', '2026-03-01 12:05Z']::timestamptz[]) as w,
                    unnest(array['b5d0a6f4-1111-4a7c-8f3e-0123456789ab', 'b5d0a6f4-1111-4a7c-8f3e-0123456789ac']) as t,
                    generate_series(0, 2) as p""");

        Migrations.apply(config);

        assertThat(rows(
                        config,
                        "select extract(epoch from window_start)::bigint, window_size_ms, marked_at <= now()"
                                + " from window_corrections order by 1"))
                .containsExactly("1772366400|300000|t", "1772366700|300000|t");
        try (Corrections corrections = new Corrections(config)) {
            assertThat(corrections.recomputeMarked()).isEqualTo(2);
        }
    }
}
