package io.tidemark.store;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the schema up to date. */
public final class Migrations {
    /** Not Flyway's own name, so that another application's migrations can live in the same schema. */
    private static final String HISTORY = "tidemark_schema_history";

    private static final String LOCATION = "classpath:io/tidemark/store/migration";

    private Migrations() {}

    /**
     * Applies the migrations that the database lacks, beside whatever tables are there. Safe to run again, and by several processes at once: they take
     * turns.
     *
     * @return number of migrations applied
     */
    public static int apply(StoreConfig config) {
        try {
            return Flyway.configure(Migrations.class.getClassLoader())
                    .loggers("slf4j")
                    .dataSource(
                            config.jdbcUrl(), config.user(), config.password().isEmpty() ? null : config.password())
                    .locations(LOCATION)
                    .table(HISTORY)
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate()
                    .migrationsExecuted;
        } catch (FlywayException e) {
            throw new StoreException("Cannot migrate the schema of " + config + ": " + e.getMessage(), e);
        }
    }
}
