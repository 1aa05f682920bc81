package io.tidemark.stream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever comes late, out of order or again, and whatever fails: in the end the rows are the sessions of all page views. */
class SessionExactnessTest {
    private static final int HISTORIES = Integer.getInteger("tidemark.session.histories", 60);

    private final StoreConfig store = new StoreConfig(TestPostgres.newDatabase(), "postgres", "postgres");

    @Test
    void rowsAreTheSessionsOfAPlainBatch() throws Exception {
        Migrations.apply(store);
        long seed = Long.getLong("tidemark.session.seed", System.nanoTime());
        for (int history = 0; history < HISTORIES; history++) {
            try (SessionWorld world = new SessionWorld(store, seed + history)) {
                boolean goesOn = true;
                while (goesOn) {
                    goesOn = world.step();
                }
                world.end();
                assertThat(rows(world.host())).as("seed %d", seed + history).isEqualTo(world.truth());
                assertThat(world.stateEntries()).as("seed %d", seed + history).isZero();
            }
        }
    }

    private List<SessionWorld.Row> rows(String host) throws SQLException {
        try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
                PreparedStatement select = connection.prepareStatement("""
                        select visitor_id, (extract(epoch from session_start) * 1000)::bigint,
                            (extract(epoch from session_end) * 1000)::bigint, num_hits, entry_page, exit_page
                        from processed_events_sessions where host = ? order by 1, 2""")) {
            select.setString(1, host);
            List<SessionWorld.Row> rows = new ArrayList<>();
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    rows.add(new SessionWorld.Row(
                            found.getString(1),
                            found.getLong(2),
                            found.getLong(3),
                            found.getLong(4),
                            found.getString(5),
                            found.getString(6)));
                }
            }
            return rows;
        }
    }
}
