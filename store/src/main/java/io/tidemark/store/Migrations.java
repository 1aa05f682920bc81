package io.tidemark.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the schema up to date. */
public final class Migrations {
    /** Not Flyway's own name, so that another application's migrations can live in the same schema. */
    private static final String HISTORY = "tidemark_schema_history";

    private static final String LOCATION = "classpath:io/tidemark/store/migration";

    /** Version of the newest file there. */
    static final String NEWEST = "10";

    /** In the schema that Flyway would migrate, and no other that the search path may reach. */
    private static final String HAS_HISTORY =
            "select exists (select from pg_tables where schemaname = current_schema() and tablename = '" + HISTORY
                    + "')";

    private static final String IS_CURRENT =
            "select bool_and(success) and bool_or(version = '" + NEWEST + "') from " + HISTORY;

    private Migrations() {}

    /**
     * Held while one migrates. Flyway takes turns, too, but not over the making of its own table: two who began at once could
     * both find it without a baseline. The number is arbitrary: nobody else may use it in the same database.
     */
    private static final String TAKE_TURN = "select pg_advisory_xact_lock(7103480113)";

    /**
     * Applies the migrations that the database lacks, beside whatever tables are there. Safe to run again, and by several
     * processes at once: they take turns.
     *
     * @return number of migrations applied
     */
    public static int apply(StoreConfig config) {
        try (Connection turn = config.connections("migrations", Duration.ZERO).open();
                Statement take = turn.createStatement()) {
            take.execute(TAKE_TURN);
            // Asking is much faster than to load Flyway for nothing, at every start of a job.
            int applied = holds(take, HAS_HISTORY) && holds(take, IS_CURRENT) ? 0 : migrate(config);
            turn.rollback();
            return applied;
        } catch (SQLException | FlywayException e) {
            throw new StoreException("Cannot migrate the schema of " + config + ": " + e.getMessage(), e);
        }
    }

    private static boolean holds(Statement statement, String question) throws SQLException {
        try (ResultSet answer = statement.executeQuery(question)) {
            return answer.next() && answer.getBoolean(1);
        }
    }

    private static int migrate(StoreConfig config) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .loggers("slf4j")
                .dataSource(config.jdbcUrl(), config.user(), config.password().isEmpty() ? null : config.password())
                .locations(LOCATION)
                .table(HISTORY)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load()
                .migrate()
                .migrationsExecuted;
    }
}
