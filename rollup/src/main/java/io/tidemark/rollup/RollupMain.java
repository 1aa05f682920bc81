package io.tidemark.rollup;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Grain;
import io.tidemark.store.PostgresUrl;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Rolls windows up to hours, days and months; what {@code tidemark rollup} runs, and {@code spark-submit} as well. On {@code local[*]}
 * unless Spark is told of a master.
 */
@Command(
        name = "tidemark-rollup.jar",
        description = "Roll windows up to hours, days and months.",
        sortOptions = false,
        mixinStandardHelpOptions = true)
public final class RollupMain implements Callable<Integer> {
    private static final String PASSWORD_VARIABLE = "TIDEMARK_POSTGRES_PASSWORD";
    private static final String LOG_SETTINGS = "log4j2.configurationFile";
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

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

    @Option(
            names = "--grain",
            paramLabel = "GRAIN",
            defaultValue = "month",
            description =
                    "How far to roll up: hour, day or month. Longer periods are made of shorter ones. Default: ${DEFAULT-VALUE}.")
    private String grain = "month";

    @Option(
            names = "--from",
            paramLabel = "TIME",
            description =
                    "Roll up all periods from there on, whether or not they are due: 2026-03-01 or 2026-03-01T12:00:00Z.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "Roll up all periods that begin before.")
    private @Nullable String to;

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description =
                    "Time zone of days and months, e.g. Europe/Berlin; by default the one that is set, at first UTC.")
    private @Nullable String zone;

    @Option(names = "--rebuild", description = "Empty the rollups first, and make them anew.")
    private boolean rebuild;

    @Option(names = "--steps", hidden = true, description = "Print each step as it begins, for a program to read.")
    private boolean steps;

    @Spec
    private @Nullable CommandSpec spec;

    public static void main(String[] args) {
        // Spark's own start scripts set up its log.
        if (System.getProperty("SPARK_SUBMIT") == null && System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "classpath:tidemark-rollup-log4j2.xml");
        }
        RollupMain main = new RollupMain();
        System.exit(new CommandLine(main)
                .setExecutionExceptionHandler((e, command, parsed) -> main.failed(e, command))
                .setParameterExceptionHandler((e, words) -> main.wrongUsage(e))
                .execute(args));
    }

    private int failed(Exception e, CommandLine command) {
        LoggerFactory.getLogger(RollupMain.class).error("Cannot roll up", e);
        Throwable cause = e;
        while (cause.getCause() != null && !(cause instanceof StoreException)) {
            cause = cause.getCause();
        }
        say(command, cause.getMessage() == null ? cause.toString() : cause.getMessage());
        return FAILED;
    }

    private int wrongUsage(CommandLine.ParameterException e) {
        say(e.getCommandLine(), String.valueOf(e.getMessage()));
        return WRONG_USAGE;
    }

    private void say(CommandLine command, String message) {
        if (steps) {
            command.getOut().println("@failed " + message.replace('\n', ' '));
        } else {
            command.getErr().println("tidemark-rollup: " + message);
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        RollupOptions options = new RollupOptions(
                grain(), time("--from", from), time("--to", to), zone == null ? null : zone(zone), rebuild);
        StoreConfig store = store();
        long began = System.nanoTime();
        Printer printer = new Printer(out, steps);
        try (LazySpark spark = new LazySpark()) {
            ZoneId used = new Rollup(spark::session, store, options, printer).run();
            printer.end(used, spark.rowsRead(), Duration.ofNanos(System.nanoTime() - began));
        }
        return 0;
    }

    private Grain grain() {
        try {
            return Grain.valueOf(grain.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw wrong("--grain must be hour, day or month; was \"" + grain + "\"");
        }
    }

    private @Nullable TimeText time(String option, @Nullable String text) {
        try {
            return text == null ? null : TimeText.parse(text);
        } catch (IllegalArgumentException e) {
            throw wrong(option + " " + e.getMessage());
        }
    }

    private ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            throw wrong("--time-zone must be one of the tz database, e.g. Europe/Berlin; was \"" + name + "\"");
        }
    }

    private StoreConfig store() throws IOException {
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
        return new CommandLine.ParameterException(requireNonNull(spec).commandLine(), message);
    }
}
