package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.store.PostgresUrl;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.StoreException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that choose a database of the user's own, in place of the data folder's. */
final class PostgresOptions {
    private static final String PASSWORD = "postgres-password";

    @Option(
            names = {"--postgres", "--postgres-url"},
            paramLabel = "URL",
            description = "Use this database in place of the data folder's, e.g.%npostgresql://db.example:5432/tidemark"
                    + " or, with TLS,%npostgresql://db.example/tidemark?sslmode=verify-full&sslrootcert=/etc/ca.crt.")
    private @Nullable String url;

    @Option(
            names = "--postgres-user",
            paramLabel = "NAME",
            description = "User of --postgres; by default the URL's, else postgres.")
    private @Nullable String user;

    @Option(
            names = "--postgres-password-file",
            paramLabel = "FILE",
            description =
                    "File that holds the password of --postgres; without it TIDEMARK_POSTGRES_PASSWORD is used, else"
                            + " ~/.pgpass. Never an option's value, which everybody on the machine could see.")
    private @Nullable Path passwordFile;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** The database that the user chose; empty if none. */
    Optional<StoreConfig> chosen() {
        if (url == null) {
            return Optional.empty();
        }
        PostgresUrl parsed = PostgresUrl.parse(url);
        if (parsed.holdsSecret() && isOnCommandLine("--postgres")) {
            throw new ParameterException(
                    requireNonNull(command).commandLine(),
                    "--postgres holds a password, which everybody on the machine could see; take it out, and give it by"
                            + " TIDEMARK_POSTGRES_PASSWORD or --postgres-password-file, or the whole URL by TIDEMARK_POSTGRES");
        }
        String name = user != null ? user : parsed.user() != null ? parsed.user() : "postgres";
        return Optional.of(new StoreConfig(
                parsed.jdbcUrl(),
                name,
                password().or(() -> Optional.ofNullable(parsed.password())).orElse("")));
    }

    /** The database that the user chose, else that of what runs. */
    Optional<StoreConfig> chosenOr(Optional<StackAddresses> running) {
        return chosen().or(() -> running.map(stack -> stack.externalPostgres() ? external(stack) : stack.store()));
    }

    private StoreConfig external(StackAddresses stack) {
        StoreConfig announced = stack.store();
        return new StoreConfig(
                announced.jdbcUrl(),
                user != null ? user : announced.user(),
                password().orElse(announced.password()));
    }

    Optional<Path> passwordFile() {
        return Optional.ofNullable(passwordFile)
                .map(file -> file.toAbsolutePath().normalize());
    }

    private Optional<String> password() {
        return passwordFile()
                .map(StackAddresses::readPassword)
                .or(() -> Settings.of(requireNonNull(command)).flatMap(settings -> settings.secret(PASSWORD)));
    }

    private boolean isOnCommandLine(String option) {
        return requireNonNull(command).commandLine().getParseResult().hasMatchedOption(option);
    }

    /**
     * Makes sure that a database answers and takes the login, before a job waits for it.
     *
     * @throws StackException telling what to do
     */
    static StoreConfig reachable(StoreConfig store) {
        try {
            store.requireReachable();
            return store;
        } catch (StoreException e) {
            throw new StackException(e.getMessage() + remedy(e), e);
        }
    }

    private static String remedy(StoreException e) {
        String state = e.getCause() instanceof SQLException refused ? String.valueOf(refused.getSQLState()) : "";
        String said = String.valueOf(e.getMessage());
        if (said.contains("SSL") || said.contains("certificate") || said.contains("hostname")) {
            return "; check sslmode and sslrootcert in the URL";
        }
        return switch (state) {
            case "28P01", "28000", "08004" ->
                "; check --postgres-user, and TIDEMARK_POSTGRES_PASSWORD or --postgres-password-file";
            case "3D000" -> "; make it with 'create database', or name another in --postgres";
            default -> "";
        };
    }
}
