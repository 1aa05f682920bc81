package io.tidemark.testkit;

import org.flywaydb.core.Flyway;

/** A database as an earlier version of Tidemark left it. */
public final class EarlierSchema {
    private EarlierSchema() {}

    /**
     * Applies the migrations of the class path up to one of them, as the version did that brought it.
     *
     * @param version of the last migration, as in its file's name: {@code "6"}
     */
    public static void migrate(String jdbcUrl, String user, String password, String version) {
        Flyway.configure()
                .loggers("slf4j")
                .dataSource(jdbcUrl, user, password)
                .locations("classpath:io/tidemark/store/migration")
                .table("tidemark_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .target(version)
                .load()
                .migrate();
    }
}
