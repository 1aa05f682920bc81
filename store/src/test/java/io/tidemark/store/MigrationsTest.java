package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.flywaydb.core.Flyway;
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
        Flyway.configure()
                .dataSource(empty.jdbcUrl(), empty.user(), empty.password())
                .locations("classpath:io/tidemark/store/migration")
                .table("tidemark_schema_history")
                .target("2")
                .load()
                .migrate();
        assertThat(Migrations.apply(empty)).isEqualTo(migrations() - 2);
        assertThat(Migrations.apply(empty)).isZero();
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
                where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
                    and c.relname not in ('tidemark_schema_history')
                    and a.attname <> 'only_row' and not a.attisdropped
                    and (obj_description(c.oid) is null or col_description(c.oid, a.attnum) is null)""");
        assertThat(unexplained).isEmpty();
    }
}
