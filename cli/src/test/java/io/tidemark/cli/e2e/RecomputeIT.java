package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import io.tidemark.cli.embedded.DatabaseOnly;
import io.tidemark.store.AuditQueries;
import io.tidemark.store.AuditWindows;
import io.tidemark.store.StoreConfig;
import io.tidemark.testkit.TestData;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows of a real log that somebody has damaged. */
class RecomputeIT {
    private static final Duration WINDOW = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    @Test
    void damagedWindowsAreShownThenMendedAsTheLogSays() throws Exception {
        Path log = TestData.require("logs/semicomplete.log.gz");
        InProcess run = tidemark("run", log.toString(), "--host", Pipeline.HOST);
        assertThat(run.exitCode()).as(run.err()).isZero();
        try (DatabaseOnly database = DatabaseOnly.start(data())) {
            damage(database.store());
        }

        InProcess dry = recompute("--dry-run");
        assertThat(dry.exitCode()).as(dry.out() + dry.err()).isEqualTo(1);
        assertThat(dry.out())
                .contains("only in the table", "\"ghost  [2J.example\": 3 hits, and no event", "missing, recomputed ")
                .contains("processed_events_aggregated_country: ", ", as recomputed", ". Nothing was changed")
                .doesNotContain("\u001b");
        InProcess mended = recompute();
        assertThat(mended.exitCode()).as(mended.out() + mended.err()).isZero();
        assertThat(mended.out()).contains("rows swapped");
        assertThat(recompute("--dry-run").exitCode()).isZero();

        try (DatabaseOnly database = DatabaseOnly.start(data());
                Oracle oracle = new Oracle(folder)) {
            oracle.add(Oracle.Format.COMBINED, Pipeline.HOST, log);
            assertThat(oracle.differences(database.store(), WINDOW)).isEmpty();
            AuditWindows windows = new AuditQueries(database.store()).read(10).windows();
            assertThat(windows.differences()).isEmpty();
            assertThat(windows.groups().differences()).isEmpty();
            assertThat(windows.marked()).isZero();
        }

        InProcess refused = tidemark("recompute", "--from=2015-05-20", "--to=2015-05-17");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("--from must be before --to");
    }

    private static void damage(StoreConfig store) throws SQLException {
        try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
                Statement statement = connection.createStatement()) {
            for (String each : List.of(
                    "update processed_events_aggregated set num_hits = num_hits + 5 where extract(hour from event_hour) = 5",
                    "delete from processed_events_aggregated_source where extract(hour from event_hour) = 10",
                    "insert into processed_events_aggregated (event_hour, host, num_hits)"
                            + " values ('2015-05-18 12:00+00', E'ghost\\r\\u001b[2J.example', 3)",
                    "update processed_events_aggregated_page set num_hits = 1, visitors = 1 where num_hits > 1",
                    "update processed_events_aggregated_visitors t set visitors_sketch = o.visitors_sketch, visitors = o.visitors"
                            + " from processed_events_aggregated_visitors o"
                            + " where o.event_hour = t.event_hour - interval '1 hour'")) {
                assertThat(statement.executeUpdate(each)).as(each).isPositive();
            }
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    private InProcess recompute(String... options) {
        List<String> words = new ArrayList<>(List.of("recompute", "--from=2015-05-17", "--to=2015-05-22"));
        words.addAll(Arrays.asList(options));
        return tidemark(words.toArray(String[]::new));
    }

    private InProcess tidemark(String... words) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.add("--data=" + data());
        return InProcess.tidemark(all.toArray(String[]::new));
    }
}
