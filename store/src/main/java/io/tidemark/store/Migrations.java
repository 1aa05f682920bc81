package io.tidemark.store;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the schema up to date. */
public final class Migrations {
    private static final String LOCATION = "classpath:io/tidemark/store/migration";

    private Migrations() {}

    /**
     * Applies the migrations that the database lacks. Safe to run again, and by several processes at once: they take
     * turns.
     *
     * @return number of migrations applied
     */
    public static int apply(StoreConfig config) {
        try {
            return Flyway.configure(Migrations.class.getClassLoader())
                    .loggers("slf4j")
                    .dataSource(config.jdbcUrl(), config.user(), config.password())
                    .locations(LOCATION)
                    .load()
                    .migrate()
                    .migrationsExecuted;
        } catch (FlywayException e) {
            throw new StoreException("Cannot migrate the schema of " + config + ": " + e.getMessage(), e);
        }
    }
}
