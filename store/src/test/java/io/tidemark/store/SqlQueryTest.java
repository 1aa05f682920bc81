package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlQueryTest {
    private final StoreConfig config = StoreFixture.newDatabase();

    private static final class Table implements SqlQuery.RowSink {
        List<String> columns = List.of();
        final List<List<@Nullable String>> rows = new ArrayList<>();
        int largestChunk;

        @Override
        public void columns(List<String> names) {
            columns = names;
        }

        @Override
        public void rows(List<List<@Nullable String>> chunk) {
            largestChunk = Math.max(largestChunk, chunk.size());
            rows.addAll(chunk);
        }
    }

    @Test
    void givesColumnsAndRowsAsText() throws IOException {
        Table table = rows("select 1 as a, null as b, '' as \"c d\", true as e, 1.50 as f");
        assertThat(table.columns).containsExactly("a", "b", "c d", "e", "f");
        assertThat(table.rows).containsExactly(Arrays.asList("1", null, "", "t", "1.50"));
    }

    @Test
    void givesColumnsOfAnEmptyResult() throws IOException {
        Table table = rows("select host from processed_events");
        assertThat(table.columns).containsExactly("host");
        assertThat(table.rows).isEmpty();
    }

    @Test
    void streamsInChunks() throws IOException {
        Table table = new Table();
        assertThat(new SqlQuery(config, "select n from generate_series(1, 2500) n").rows(table))
                .isEqualTo(2500);
        assertThat(table.rows).hasSize(2500);
        assertThat(table.largestChunk).isEqualTo(1000);
    }

    @Test
    void csvTellsNullFromEmptyText() throws IOException {
        assertThat(csv("select null as \"null\", '' as empty, 'a,\"b\"' as quoted, 'π' as \"greek, letter\""))
                .isEqualTo("null,empty,quoted,\"greek, letter\"\n,\"\",\"a,\"\"b\"\"\",π\n");
    }

    @Test
    void timesAreInUtcWhereverTheReaderIs() throws IOException {
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
        try {
            String sql = "select timestamptz '2026-03-01T12:00:00Z' as at";
            assertThat(rows(sql).rows).containsExactly(List.of("2026-03-01 12:00:00+00"));
            assertThat(csv(sql)).isEqualTo("at\n2026-03-01 12:00:00+00\n");
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 1 as a;",
                "select 1 as a ; ;\n",
                "select 1 as a -- why",
                "select 1 as a; -- why; not",
                "-- first;\nselect 1 as a",
                "/* a; /* b; */ */ select 1 as a /* ; */ ;",
                "with x as (select 1 as a) select * from x",
                "values (1)",
                "select ';' is not null and $$;'$$ is not null and $x$;$$;$x$ = ';$$;' and E'\\';' <> '?' as a;",
                "select '{\"a\": 1}'::jsonb ? 'a' as \"a;\"",
                "table aggregate_settings"
            })
    void everyFormOfOneQueryRunsBothWays(String sql) throws IOException {
        Table table = rows(sql);
        assertThat(table.columns).hasSize(1 + (sql.startsWith("table") ? 2 : 0));
        assertThat(csv(sql).lines()).hasSize(1 + table.rows.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ; ", "-- nothing", "/* nothing */;"})
    void emptyQueryIsRefused(String sql) {
        assertThatThrownBy(() -> new SqlQuery(config, sql))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("The query is empty");
    }

    @Test
    void secondQueryIsRefused() {
        assertThatThrownBy(() -> new SqlQuery(config, "select 1;\n drop table processed_events"))
                .isInstanceOf(StoreException.class)
                .hasMessage("One query at a time: more text follows the semicolon at line 1, column 9");
    }

    @Test
    void writingIsRefused() {
        assertThatThrownBy(() -> rows("delete from processed_events returning host"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("read-only transaction");
        assertThatThrownBy(() -> csv("delete from processed_events returning host"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("read-only transaction");
        assertThatThrownBy(() -> rows("set time zone 'UTC'"))
                .isInstanceOf(StoreException.class)
                .hasMessage("The statement is not a query: it has no rows to show");
    }

    @Test
    void errorNamesThePlaceInTheQuery() {
        String sql = "select 'π',\n  nothing from processed_events";
        String message = "Postgres refuses the query: column \"nothing\" does not exist at line 2, column 3";
        assertThatThrownBy(() -> rows(sql)).isInstanceOf(StoreException.class).hasMessage(message);
        assertThatThrownBy(() -> csv(sql)).isInstanceOf(StoreException.class).hasMessage(message);
    }

    @Test
    void errorInTheMiddleOfTheRowsIsReported() {
        String sql = "select 1 / (1500 - n) from generate_series(1, 2000) n";
        assertThatThrownBy(() -> rows(sql)).isInstanceOf(StoreException.class).hasMessageContaining("division by zero");
        assertThatThrownBy(() -> csv(sql)).isInstanceOf(StoreException.class).hasMessageContaining("division by zero");
    }

    @Test
    void readerThatGoesAwayEndsTheQuery() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        assertThatThrownBy(() -> new SqlQuery(config, "select n from generate_series(1, 100000) n").csv(closed))
                .isInstanceOf(IOException.class)
                .hasMessage("Broken pipe");
    }

    private Table rows(String sql) throws IOException {
        Table table = new Table();
        assertThat(new SqlQuery(config, sql).rows(table)).isEqualTo(table.rows.size());
        return table;
    }

    private String csv(String sql) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SqlQuery(config, sql).csv(out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
