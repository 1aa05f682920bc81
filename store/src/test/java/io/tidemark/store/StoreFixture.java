package io.tidemark.store;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A migrated database, events to store in it, and a look at what is there that shares nothing with the store's code. */
final class StoreFixture {
    static final UUID TOPIC = UUID.fromString("b5d0a6f4-1111-4a7c-8f3e-0123456789ab");
    static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    static final long FIVE_MINUTES = 300_000;

    private StoreFixture() {}

    static StoreConfig newDatabase() {
        StoreConfig config = new StoreConfig(TestPostgres.newDatabase(), "postgres", "postgres");
        Migrations.apply(config);
        return config;
    }

    static SourceCoordinates at(int partition, long offset) {
        return new SourceCoordinates(TOPIC, partition, offset);
    }

    static EnrichedEvent event(String host, @Nullable String referrer, long timeMillis) {
        return new EnrichedEvent(
                host,
                timeMillis,
                "192.0.2.1",
                "/index.html",
                referrer,
                "Mozilla/5.0",
                "0123456789abcdef",
                new EnrichedEvent.Geo("GB", "England", "London"),
                new EnrichedEvent.Client("Desktop", "Firefox", "Linux", false),
                referrer == null ? EnrichedEvent.ReferrerSource.DIRECT : EnrichedEvent.ReferrerSource.OTHER,
                EnrichedEvent.Campaign.NONE);
    }

    static EnrichedEvent event() {
        return event("example.org", null, NOON);
    }

    /** One partition for all days, for tests that write rows by SQL. */
    static void partitionForAll(StoreConfig config) {
        run(config, "create table all_days partition of processed_events for values from (minvalue) to (maxvalue)");
    }

    /** The rows of a query, each as its values joined by {@code |}, NULL as {@code null}. */
    static List<String> rows(StoreConfig config, String sql) {
        try (Connection connection = DriverManager.getConnection(config.jdbcUrl(), config.user(), config.password());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(result.getString(i)));
                }
                rows.add(String.join("|", row));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot run " + sql, e);
        }
    }

    static void run(StoreConfig config, String sql) {
        try (Connection connection = DriverManager.getConnection(config.jdbcUrl(), config.user(), config.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot run " + sql, e);
        }
    }
}
