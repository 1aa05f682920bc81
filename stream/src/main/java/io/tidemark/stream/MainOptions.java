package io.tidemark.stream;

import io.tidemark.model.DurationText;
import io.tidemark.store.PostgresUrl;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.util.ParameterTool;

/**
 * The options of a job's main class, named as those of {@code tidemark job}. Whatever is wrong with them is told by an
 * exception of which {@code flink run} prints the message only.
 */
public final class MainOptions {
    /** Of every job. */
    public static final Set<String> COMMON = Set.of(
            "help",
            "kafka",
            "kafka-config",
            "postgres",
            "postgres-user",
            "postgres-password-file",
            "from",
            "parallelism",
            "bounded");

    /** What the help says of {@link #COMMON}. */
    public static final String COMMON_HELP = """
              --kafka HOST:PORT              Kafka; several of its brokers with commas between. Needed.
              --kafka-config FILE            Settings of Kafka's clients, as Kafka's own tools take them; of what it does
                                             not set, TIDEMARK_KAFKA_SECURITY_PROTOCOL and the like are used.
              --postgres URL                 Database, e.g. postgresql://db.example:5432/tidemark. Needed.
              --postgres-user NAME           Its user; by default the URL's, else postgres.
              --postgres-password-file FILE  File with the password; without it TIDEMARK_POSTGRES_PASSWORD is used.
              --from WHERE                   earliest, latest, committed or a timestamp such as 2026-03-01T12:00:00Z;
                                             by default committed: where the job was, earliest if nowhere.
              --parallelism N                Parallel subtasks; by default what flink run -p says, else Flink's default.
              --bounded                      End at what is newest now.
              --help                         Show this.
            """;

    private static final String PASSWORD_VARIABLE = "TIDEMARK_POSTGRES_PASSWORD";

    /** Of options of the {@code tidemark} command. */
    private static final Set<String> NO_CLIENT_SETTINGS =
            Set.of("TIDEMARK_KAFKA_CONFIG", "TIDEMARK_KAFKA_PORT", "TIDEMARK_KAFKA_PROPERTY");

    private final ParameterTool given;
    private final Map<String, String> environment;

    private MainOptions(ParameterTool given, Map<String, String> environment) {
        this.given = given;
        this.environment = Map.copyOf(environment);
    }

    /**
     * Reads a command line.
     *
     * @param own options of this job besides {@link #COMMON}
     * @param help what {@code --help} shows
     * @throws ProgramParametrizationException if help is asked for, or an option is unknown
     */
    public static MainOptions read(String[] args, Map<String, String> environment, Set<String> own, String help) {
        if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
            throw new ProgramParametrizationException(help);
        }
        List<String> words = new ArrayList<>();
        for (String word : args) {
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            if (equals > 0) {
                words.add(word.substring(0, equals));
                words.add(word.substring(equals + 1));
            } else {
                words.add(word);
            }
        }
        ParameterTool given;
        try {
            given = ParameterTool.fromArgs(words.toArray(String[]::new));
        } catch (IllegalArgumentException e) {
            throw wrong("options are written --name value; was: %s".formatted(String.join(" ", args)));
        }
        Set<String> known = new TreeSet<>(COMMON);
        known.addAll(own);
        for (String name : given.getProperties().stringPropertyNames()) {
            if (!known.contains(name)) {
                throw wrong("no such option: --%s; there are: --%s".formatted(name, String.join(", --", known)));
            }
        }
        return new MainOptions(given, environment);
    }

    /** Where Kafka is. */
    public KafkaSettings kafka() {
        Map<String, String> settings = new TreeMap<>(KafkaSettings.fromEnvironment(environment, NO_CLIENT_SETTINGS));
        text("kafka-config").ifPresent(file -> {
            Properties read = new Properties();
            try (Reader reader = Files.newBufferedReader(Path.of(file))) {
                read.load(reader);
            } catch (IOException e) {
                throw wrong("--kafka-config %s cannot be read (%s)".formatted(file, e));
            }
            read.stringPropertyNames()
                    .forEach(key -> settings.put(key, read.getProperty(key).strip()));
        });
        String servers = needed("kafka", "localhost:9092");
        return refused("kafka", () -> new KafkaSettings(servers, settings));
    }

    /** Where Postgres is. */
    public StoreConfig store() {
        String text = needed("postgres", "postgresql://localhost:5432/tidemark");
        PostgresUrl url = refused("postgres", () -> PostgresUrl.parse(text));
        if (url.holdsSecret()) {
            throw wrong(
                    "--postgres holds a password, which everybody on the machine could see; take it out, and give it by"
                            + " " + PASSWORD_VARIABLE + " or --postgres-password-file");
        }
        String user =
                text("postgres-user").or(() -> Optional.ofNullable(url.user())).orElse("postgres");
        return new StoreConfig(url.jdbcUrl(), user, password());
    }

    private String password() {
        Optional<String> file = text("postgres-password-file");
        if (file.isEmpty()) {
            return environment.getOrDefault(PASSWORD_VARIABLE, "");
        }
        try {
            return Files.readString(Path.of(file.get())).strip();
        } catch (IOException e) {
            throw wrong("--postgres-password-file %s cannot be read (%s)".formatted(file.get(), e));
        }
    }

    /** Where the job starts if it does not go on from a savepoint. */
    public StartFrom from() {
        return refused("from", () -> StartFrom.parse(text("from").orElse("committed")));
    }

    public boolean bounded() {
        return given.has("bounded");
    }

    /** As given, else what Flink would take. */
    public int parallelism(int flinks) {
        return text("parallelism")
                .map(value -> refused("parallelism", () -> {
                    if (!value.matches("0*[1-9]\\d{0,4}")) {
                        throw new IllegalArgumentException(
                                "must be a whole number between 1 and 99999; was \"" + value + "\"");
                    }
                    return Integer.valueOf(value);
                }))
                .orElse(flinks);
    }

    public Duration duration(String name, Duration otherwise) {
        return text(name)
                .map(value -> refused(name, () -> DurationText.parse(value)))
                .orElse(otherwise);
    }

    /** Empty if the option is not given. */
    public Optional<String> text(String name) {
        if (!given.has(name)) {
            return Optional.empty();
        }
        String value = given.get(name, "");
        if (value.isEmpty() || value.equals("__NO_VALUE_KEY")) {
            throw wrong("--" + name + " needs a value");
        }
        return Optional.of(value);
    }

    private String needed(String name, String example) {
        return text(name).orElseThrow(() -> wrong("--%s is missing, e.g. --%1$s %s".formatted(name, example)));
    }

    /** A reading whose refusal is told with the option's name. */
    public static <T> T refused(String name, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw wrong("--" + name + " " + e.getMessage());
        }
    }

    /** Of what the user can put right, without a stack trace. */
    public static ProgramParametrizationException wrong(String message) {
        return new ProgramParametrizationException("tidemark: " + message);
    }
}
