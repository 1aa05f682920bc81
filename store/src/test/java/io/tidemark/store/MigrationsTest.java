package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.testkit.EarlierSchema;
import io.tidemark.testkit.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    private final StoreConfig empty = new StoreConfig(TestPostgres.newDatabase(), "postgres", "postgres");

    @Test
    void secondRunChangesNothing() {
        assertThat(Migrations.apply(empty)).isEqualTo(migrations());
        assertThat(Migrations.apply(empty)).isZero();
    }

    @Test
    void theNewestIsKnown() {
        Migrations.apply(empty);
        assertThat(StoreFixture.rows(empty, "select max(version::int) from tidemark_schema_history"))
                .containsExactly(Migrations.NEWEST);
    }

    @Test
    void whatADatabaseOfAnEarlierVersionLacksIsApplied() {
        migrateTo("2");
        assertThat(Migrations.apply(empty)).isEqualTo(migrations() - 2);
        assertThat(Migrations.apply(empty)).isZero();
    }

    @Test
    void eventsOfBeforeStayAndNewOnesGoBesideThem() {
        migrateTo("8");
        insertAnEvent("2026-11-20 10:00Z", 0);
        insertAnEvent("2016-02-03 10:00Z", 1);
        String file = "select pg_relation_filepath(tableoid::regclass) from processed_events";
        String before = StoreFixture.rows(empty, file).get(0);

        assertThat(Migrations.apply(empty)).isEqualTo(migrations() - 8);
        assertThat(StoreFixture.rows(empty, file)).containsExactly(before, before);
        try (EventWriter writer = new EventWriter(empty)) {
            writer.add(StoreFixture.event("h", null, System.currentTimeMillis()), StoreFixture.at(0, 2));
            assertThat(writer.flush().stored()).isOne();
        }
        // A week later.
        StoreFixture.run(
                empty,
                "do $$ begin execute format('create table later partition of processed_events for values from (%L) to (%L)',"
                        + " date_trunc('day', now(), 'UTC') + interval '8 days',"
                        + " date_trunc('day', now(), 'UTC') + interval '9 days'); end $$");
        assertThat(StoreFixture.rows(
                        empty, "select source_offset from processed_events where event_timestamp < '2026-11-21Z'"))
                .containsExactlyInAnyOrder("0", "1");
    }

    @Test
    void whatUsersHavePutOnTheEventsHoldsForThePartitionsToo() {
        migrateTo("8");
        insertAnEvent("2026-11-20 10:00Z", 0);
        StoreFixture.run(empty, """
                create view newest with (security_barrier = true) as select max(event_timestamp) as at, count(*) as n from processed_events;
                create index by_host on processed_events (host);
                alter table processed_events add constraint no_admin check (host <> 'admin');
                alter table processed_events add column note text default 'none';
                comment on column processed_events.note is 'Of the user';
                create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
                create trigger refuse_bots before insert on processed_events for each row when (new.bot) execute function refuse();
                create role "the reader";
                grant select on processed_events to "the reader";
                grant update (note) on processed_events to "the reader";""");

        Migrations.apply(empty);
        try (EventWriter writer = new EventWriter(empty)) {
            writer.add(StoreFixture.event("h", null, StoreFixture.NOON), StoreFixture.at(0, 2));
            writer.add(StoreFixture.event("admin", null, StoreFixture.NOON), StoreFixture.at(0, 3));
            assertThat(writer.flush().refused()).hasSize(1);
        }
        assertThat(StoreFixture.rows(empty, "select n from newest")).containsExactly("2");
        assertThat(StoreFixture.rows(empty, "select reloptions from pg_class where relname = 'newest'"))
                .containsExactly("{security_barrier=true}");
        assertThat(StoreFixture.rows(
                        empty,
                        "select has_table_privilege('the reader', 'processed_events', 'select'),"
                                + " has_table_privilege('the reader', 'processed_events', 'insert'),"
                                + " has_column_privilege('the reader', 'processed_events', 'note', 'update')"))
                .containsExactly("t|f|t");
        assertThat(
                        StoreFixture.rows(
                                empty,
                                "select count(*) from pg_indexes where indexdef like '%(host)%' and tablename like 'processed_events%'"))
                .containsExactly("2");
        assertThatThrownBy(
                        () -> StoreFixture.run(
                                empty,
                                "update processed_events set source_offset = 9; insert into processed_events"
                                        + " (event_timestamp, host, geodata, bot, referrer_source, source_topic_id, source_partition, source_offset)"
                                        + " select event_timestamp, host, geodata, true, referrer_source, source_topic_id, 0, 0 from processed_events"))
                .hasRootCauseMessage("ERROR: no\n  Where: PL/pgSQL function refuse() line 1 at RAISE");
    }

    @Test
    void whatCannotGoAlongStopsTheMigrationAndIsNamed() {
        migrateTo("8");
        StoreFixture.run(empty, "create materialized view counted as select count(*) from processed_events");
        assertThatThrownBy(() -> Migrations.apply(empty)).hasMessageContaining("materialized view counted");
        StoreFixture.run(
                empty, "drop materialized view counted; insert into ingest_ledger values (gen_random_uuid(), 0, 0)");
        assertThat(Migrations.apply(empty)).isEqualTo(migrations() - 8);
    }

    private void insertAnEvent(String time, long offset) {
        StoreFixture.run(empty, """
                insert into processed_events (event_timestamp, host, geodata, bot, referrer_source, source_topic_id,
                    source_partition, source_offset) values ('%s', 'h', '{}', false, 'direct', '%s', 0, %d);
                insert into ingest_ledger (topic_id, partition, next_offset, stored) values ('%2$s', 0, %3$d + 1, %3$d + 1)
                on conflict (topic_id, partition) do update set next_offset = excluded.next_offset, stored = excluded.stored""".formatted(time, StoreFixture.TOPIC, offset));
    }

    private void migrateTo(String version) {
        EarlierSchema.migrate(empty.jdbcUrl(), empty.user(), empty.password(), version);
    }

    @Test
    void theSchemaThatIsAskedForIsMigratedThoughAnotherOnTheSearchPathIsCurrent() {
        Migrations.apply(empty);
        StoreFixture.run(empty, "create schema staging");
        StoreConfig staging = new StoreConfig(
                empty.jdbcUrl() + (empty.jdbcUrl().contains("?") ? "&" : "?") + "currentSchema=staging,public",
                empty.user(),
                empty.password());

        assertThat(Migrations.apply(staging)).isEqualTo(migrations());
        assertThat(Migrations.apply(staging)).isZero();
        assertThat(
                        StoreFixture.rows(
                                empty,
                                "select count(*) from pg_tables where schemaname = 'staging' and tablename = 'processed_events'"))
                .containsExactly("1");
    }

    @Test
    void manyAtOnceApplyEachMigrationOnce() throws Exception {
        applyByManyAtOnce();
    }

    @Test
    void tablesOfOthersStay() throws Exception {
        StoreFixture.run(empty, "create table flyway_schema_history as select 7 as mine");
        applyByManyAtOnce();
        assertThat(StoreFixture.rows(empty, "select mine from flyway_schema_history"))
                .containsExactly("7");
    }

    private void applyByManyAtOnce() throws Exception {
        int processes = 4;
        ExecutorService threads = Executors.newFixedThreadPool(processes);
        try {
            Callable<Integer> process = () -> Migrations.apply(empty);
            int applied = 0;
            for (Future<Integer> done : threads.invokeAll(Collections.nCopies(processes, process))) {
                applied += done.get();
            }
            assertThat(applied).isEqualTo(migrations());
        } finally {
            threads.shutdown();
        }
    }

    /** As many as there are files. */
    private static int migrations() {
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/io/tidemark/store/migration"))) {
            return (int) files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyTableAndColumnOfEventsIsExplained() {
        Migrations.apply(empty);
        List<String> unexplained = StoreFixture.rows(empty, """
                select c.relname, a.attname from pg_class c
                left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
                where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
                    and c.relname not in ('tidemark_schema_history')
                    and a.attname <> 'only_row' and not a.attisdropped
                    and (obj_description(c.oid) is null or col_description(c.oid, a.attnum) is null)""");
        assertThat(unexplained).isEmpty();
    }
}
