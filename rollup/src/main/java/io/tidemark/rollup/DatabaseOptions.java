package io.tidemark.rollup;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.PostgresUrl;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where Postgres is, for the programs of the jar. */
final class DatabaseOptions {
    private static final String PASSWORD_VARIABLE = "TIDEMARK_POSTGRES_PASSWORD";

    @Option(
            names = "--postgres",
            paramLabel = "URL",
            defaultValue = "${env:TIDEMARK_POSTGRES}",
            description = "Database, e.g. postgresql://db.example:5432/tidemark; without it TIDEMARK_POSTGRES is used.")
    private @Nullable String url;

    @Option(
            names = "--postgres-user",
            paramLabel = "NAME",
            defaultValue = "${env:TIDEMARK_POSTGRES_USER}",
            description = "Its user; without it TIDEMARK_POSTGRES_USER is used, else the URL's, else postgres.")
    private @Nullable String user;

    @Option(
            names = "--postgres-password-file",
            paramLabel = "FILE",
            description = "File with the password; without it " + PASSWORD_VARIABLE + " is used.")
    private @Nullable Path passwordFile;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    StoreConfig store() throws IOException {
        if (url == null || url.isEmpty()) {
            throw wrong("--postgres is missing: the database, e.g. postgresql://db.example:5432/tidemark");
        }
        PostgresUrl parsed;
        try {
            parsed = PostgresUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw wrong("--postgres: " + e.getMessage());
        }
        String name = user != null && !user.isEmpty() ? user : parsed.user() != null ? parsed.user() : "postgres";
        String password =
                passwordFile != null ? Files.readString(passwordFile).strip() : System.getenv(PASSWORD_VARIABLE);
        String ofUrl = parsed.password();
        return new StoreConfig(parsed.jdbcUrl(), name, password != null ? password : ofUrl == null ? "" : ofUrl);
    }

    private CommandLine.ParameterException wrong(String message) {
        return new CommandLine.ParameterException(requireNonNull(command).commandLine(), message);
    }
}
