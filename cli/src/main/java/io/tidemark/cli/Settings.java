package io.tidemark.cli;

import io.tidemark.stream.KafkaSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Values of options that are not on the command line: from the environment ({@code TIDEMARK_GEO_DB} for {@code
 * --geo-db}), then from the properties file ({@code geo-db}). Also settings of Kafka's clients, which are no options:
 * {@code kafka.security.protocol} in the file, {@code TIDEMARK_KAFKA_SECURITY_PROTOCOL} in the environment.
 */
final class Settings implements IDefaultValueProvider {
    private static final String PREFIX = "TIDEMARK_";
    private static final Path USUAL_FILE = Path.of("tidemark.properties");

    private static final String KAFKA = "kafka.";

    /** Options of a single call, not settings; neither is any flag. */
    private static final Set<String> NEVER = Set.of("config", "kafka-property", "conf");

    /** Where a value comes from, the first before the second. */
    enum Place {
        ENVIRONMENT,
        FILE
    }

    /**
     * A value that was found.
     *
     * @param source for people: the variable's name, or the key and the file
     */
    record Found(String value, Place place, String source) {
        /** Without the value, which may be a secret. */
        @Override
        public String toString() {
            return source;
        }
    }

    private final Map<String, String> environment;
    private final Properties properties;
    private final String file;

    /** Variables of options: {@code TIDEMARK_KAFKA_PORT} is no setting of Kafka's clients. */
    private final Set<String> variables;

    private Settings(Map<String, String> environment, Properties properties, String file, Set<String> variables) {
        this.environment = environment;
        this.properties = properties;
        this.file = file;
        this.variables = variables;
    }

    /** @throws IllegalArgumentException if the file cannot be read, or sets what no command knows; names file and key */
    static Settings read(String[] args, Map<String, String> environment, CommandLine command) {
        Optional<Path> named = configOption(args)
                .or(() -> Optional.ofNullable(environment.get(PREFIX + "CONFIG")))
                .map(Path::of);
        Path file = named.orElse(USUAL_FILE);
        Properties properties = new Properties();
        if (named.isPresent() || Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "Cannot read settings from %s (%s)".formatted(file, FileFailure.reason(e)), e);
            }
            Set<String> known = keys(command);
            for (String key : properties.stringPropertyNames()) {
                if (!known.contains(key) && !(key.startsWith(KAFKA) && key.length() > KAFKA.length())) {
                    throw new IllegalArgumentException(
                            "%s sets \"%s\", which is no setting; there are: %s, and kafka.… for those of Kafka's clients"
                                    .formatted(file, key, String.join(", ", known)));
                }
            }
        }
        Set<String> variables = new TreeSet<>();
        NEVER.forEach(key -> variables.add(variable(key)));
        keys(command).forEach(key -> variables.add(variable(key)));
        return new Settings(Map.copyOf(environment), properties, file.toString(), variables);
    }

    /** The settings that a command was given. */
    static Optional<Settings> of(CommandSpec command) {
        return command.commandLine().getDefaultValueProvider() instanceof Settings settings
                ? Optional.of(settings)
                : Optional.empty();
    }

    /** A variable that is no option, such as a password. */
    Optional<String> secret(String key) {
        return Optional.ofNullable(environment.get(variable(key))).filter(value -> !value.isEmpty());
    }

    /** Settings of Kafka's clients from one place, by Kafka's names. */
    Map<String, Found> kafka(Place place) {
        Map<String, Found> found = new TreeMap<>();
        if (place == Place.FILE) {
            for (String key : properties.stringPropertyNames()) {
                if (key.startsWith(KAFKA)) {
                    String value = properties.getProperty(key).strip();
                    found.put(key.substring(KAFKA.length()), new Found(value, place, key + " in " + file));
                }
            }
        } else {
            KafkaSettings.fromEnvironment(environment, variables)
                    .forEach((key, value) -> found.put(key, new Found(value, place, KafkaSettings.variable(key))));
        }
        return found;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return find(argument).map(Found::value).orElse(null);
    }

    /** Where the option's value comes from, if it is this one from here. */
    Optional<String> source(@Nullable ArgSpec argument, @Nullable String value) {
        return Optional.ofNullable(argument)
                .flatMap(this::find)
                .filter(found -> value == null || found.value().equals(value))
                .map(Found::source);
    }

    /** The option's value, if it is set in either place. */
    Optional<Found> find(@Nullable ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return Optional.empty();
        }
        List<String> keys = keys(option);
        for (String key : keys) {
            String set = environment.get(variable(key));
            if (set != null && !set.isEmpty()) {
                return Optional.of(new Found(set, Place.ENVIRONMENT, variable(key)));
            }
        }
        return keys.stream()
                .filter(properties::containsKey)
                .findFirst()
                .map(key -> new Found(properties.getProperty(key).strip(), Place.FILE, key + " in " + file));
    }

    private static String variable(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
    }

    private static Optional<String> configOption(String[] args) {
        List<String> words = List.of(args);
        int at = words.indexOf("--config");
        if (at >= 0 && at + 1 < words.size()) {
            return Optional.of(words.get(at + 1));
        }
        return words.stream()
                .filter(word -> word.startsWith("--config="))
                .map(word -> word.substring("--config=".length()))
                .findFirst();
    }

    private static Set<String> keys(CommandLine command) {
        Set<String> keys = new TreeSet<>();
        command.getCommandSpec().options().forEach(option -> keys.addAll(keys(option)));
        command.getSubcommands().values().forEach(each -> keys.addAll(keys(each)));
        return keys;
    }

    /**
     * What an option is called in settings: each of its long names. A flag has none: picocli takes it on the command line
     * for the opposite of its default.
     */
    private static List<String> keys(OptionSpec option) {
        if (option.typeInfo().isBoolean()) {
            return List.of();
        }
        return Arrays.stream(option.names())
                .filter(name -> name.startsWith("--"))
                .map(name -> name.substring(2))
                .filter(key -> !NEVER.contains(key))
                .toList();
    }
}
