package io.tidemark.cli;

import io.tidemark.store.StoreConfig;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** The options that choose a database of the user's own, in place of the data folder's. */
final class PostgresOptions {
    @Option(
            names = {"--postgres", "--postgres-url"},
            paramLabel = "URL",
            description = "Use this database, e.g. postgresql://db.example:5432/tidemark.")
    private @Nullable String url;

    @Option(
            names = "--postgres-user",
            paramLabel = "NAME",
            defaultValue = "postgres",
            description = "User of --postgres.")
    private String user = "postgres";

    @Option(
            names = "--postgres-password",
            paramLabel = "TEXT",
            defaultValue = "",
            showDefaultValue = Visibility.NEVER,
            description =
                    "Password of --postgres; better given as TIDEMARK_POSTGRES_PASSWORD, which others cannot see.")
    private String password = "";

    /** Empty if none was chosen. */
    Optional<StoreConfig> store() {
        return Optional.ofNullable(url)
                .map(given -> given.startsWith("postgresql:") ? "jdbc:" + given : given)
                .map(jdbcUrl -> new StoreConfig(jdbcUrl, user, password));
    }
}
