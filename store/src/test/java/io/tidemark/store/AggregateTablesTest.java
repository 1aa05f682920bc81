package io.tidemark.store;

import static io.tidemark.store.StoreFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.GroupCount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AggregateTablesTest {
    private static final Duration SIZE = Duration.ofMinutes(5);
    private static final Aggregate PAGES = new Aggregate("pages", List.of(Dimension.HOST, Dimension.PATH), true);

    private final StoreConfig config = StoreFixture.newDatabase();

    /** Without their generations. */
    private List<Aggregate> all() {
        return AggregateTables.all(config, SIZE).stream()
                .map(each -> each.inGeneration(""))
                .toList();
    }

    @Test
    void tablesAreMadeOnce() {
        AggregateTables.prepare(config, Aggregate.DEFAULTS, SIZE);
        AggregateTables.prepare(config, Aggregate.DEFAULTS, SIZE);
        assertThat(all()).containsExactlyInAnyOrderElementsOf(Aggregate.DEFAULTS);
        assertThat(rows(config, """
                        select column_name, data_type, is_nullable from information_schema.columns
                        where table_name = 'processed_events_aggregated_page' order by ordinal_position"""))
                .containsExactly(
                        "event_hour|timestamp with time zone|NO",
                        "host|text|NO",
                        "path|text|NO",
                        "num_hits|bigint|NO",
                        "visitors|bigint|NO",
                        "visitors_sketch|bytea|YES",
                        "revision|integer|NO",
                        "updated_at|timestamp with time zone|NO");
    }

    @Test
    void manyWhoMakeThemAtOnceMakeThemOnce() throws Exception {
        ExecutorService all = Executors.newFixedThreadPool(4);
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            done.add(all.submit(() -> AggregateTables.prepare(config, Aggregate.DEFAULTS, SIZE)));
        }
        for (Future<?> each : done) {
            each.get();
        }
        all.shutdown();
        assertThat(all()).hasSameSizeAs(Aggregate.DEFAULTS);
    }

    @Test
    void aTableOfAnotherFormIsNamedAndNothingIsMade() {
        AggregateTables.prepare(config, List.of(PAGES), SIZE);
        Aggregate other = new Aggregate("others", List.of(Dimension.HOST), true);
        Aggregate hitsOnly = new Aggregate("pages", PAGES.dimensions(), false);
        assertThatThrownBy(() -> AggregateTables.prepare(config, List.of(other, hitsOnly), SIZE))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(
                        "Table \"pages\" counts hits and visitors by host, path; now it is to count hits by host, path");
        assertThat(all()).containsExactly(PAGES);
        assertThat(rows(config, "select to_regclass('others')")).containsExactly("null");
    }

    @Test
    void aTableThatIsNoAggregatesIsLeftAlone() {
        StoreFixture.run(config, "create table pages (a integer)");
        assertThatThrownBy(() -> AggregateTables.prepare(config, List.of(PAGES), SIZE))
                .hasMessageContaining("There is a table \"pages\" already, which holds no aggregate");
    }

    @Test
    void windowsOfTwoSizesAreNeverMixed() {
        AggregateTables.prepare(config, List.of(PAGES), SIZE);
        StoreFixture.run(
                config, "insert into pages (event_hour, host, path, num_hits, visitors) values (now(), '', '', 1, 1)");
        Duration hour = Duration.ofHours(1);
        assertThatThrownBy(() -> AggregateTables.prepare(config, List.of(PAGES), hour))
                .hasMessageContaining("Table \"pages\" holds windows of 300,000 ms; windows of 3,600,000 ms would mix");
        StoreFixture.run(config, "truncate pages");
        AggregateTables.prepare(config, List.of(PAGES), hour);
        assertThat(all()).isEmpty();
        assertThat(rows(config, "select window_size_ms from aggregate_tables")).containsExactly("3600000");
    }

    @Test
    void aTableThatWasDroppedIsMadeAnewAlsoInAnotherForm() {
        AggregateTables.prepare(config, List.of(PAGES), SIZE);
        StoreFixture.run(config, "drop table pages");
        assertThat(all()).isEmpty();
        Aggregate hosts = new Aggregate("pages", List.of(Dimension.HOST), false);
        AggregateTables.prepare(config, List.of(hosts), SIZE);
        assertThat(all()).containsExactly(hosts);
    }

    @Test
    void everyDimensionIsAColumnThatNeedsNoQuotes() {
        List<Aggregate> each = Arrays.stream(Dimension.values())
                .map(one -> new Aggregate("by_" + one.code(), List.of(one), true))
                .toList();
        AggregateTables.prepare(config, each, SIZE);
        assertThat(all()).hasSize(Dimension.values().length);
    }

    @Test
    void aTableThatIsMadeAnewOrCountedAgainIsOfAnotherGeneration() {
        String first =
                AggregateTables.prepare(config, List.of(PAGES), SIZE).get(0).id();
        assertThat(AggregateTables.prepare(config, List.of(PAGES), SIZE).get(0).id())
                .isEqualTo(first);
        AggregateTables.prepare(config, List.of(), SIZE);
        assertThat(all()).isEmpty();
        String again =
                AggregateTables.prepare(config, List.of(PAGES), SIZE).get(0).id();
        StoreFixture.run(config, "drop table pages");
        String anew =
                AggregateTables.prepare(config, List.of(PAGES), SIZE).get(0).id();
        assertThat(List.of(first, again, anew)).doesNotHaveDuplicates();
    }

    @Test
    void aTablesNameMayBeAWordOfSql() {
        Aggregate order = new Aggregate("order", List.of(Dimension.HOST), true);
        List<Aggregate> prepared = AggregateTables.prepare(config, List.of(order), SIZE);
        try (GroupWriter writer = new GroupWriter(config, prepared)) {
            writer.write(
                    List.of(new GroupCount(prepared.get(0).id(), 0, SIZE.toMillis(), "a", 1, null)), SIZE.toMillis());
        }
        assertThat(rows(config, "select host, num_hits from \"order\"")).containsExactly("a|1");
        assertThat(all()).containsExactly(order);
    }
}
