package io.tidemark.cli;

import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose a database of the user's own, in place of the data folder's. */
final class PostgresOptions {
    private static final String PASSWORD_VARIABLE = "TIDEMARK_POSTGRES_PASSWORD";

    @Option(
            names = {"--postgres", "--postgres-url"},
            paramLabel = "URL",
            description = "Use this database, e.g.%npostgresql://db.example:5432/tidemark.")
    private @Nullable String url;

    @Option(
            names = "--postgres-user",
            paramLabel = "NAME",
            defaultValue = "postgres",
            description = "User of --postgres.")
    private String user = "postgres";

    @Option(
            names = "--postgres-password-file",
            paramLabel = "FILE",
            description = "File that holds the password of --postgres; without it TIDEMARK_POSTGRES_PASSWORD is used."
                    + " Never an option's value, which everybody on the machine could see.")
    private @Nullable Path passwordFile;

    /** Empty if none was chosen. */
    Optional<StoreConfig> store() {
        return Optional.ofNullable(url)
                .map(given -> given.startsWith("postgresql:") ? "jdbc:" + given : given)
                .map(jdbcUrl -> new StoreConfig(jdbcUrl, user, password()));
    }

    private String password() {
        if (passwordFile == null) {
            return Objects.requireNonNullElse(System.getenv(PASSWORD_VARIABLE), "");
        }
        try {
            return Files.readString(passwordFile).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "Cannot read the password from --postgres-password-file %s (%s)"
                            .formatted(passwordFile, FileFailure.reason(e)),
                    e);
        }
    }
}
