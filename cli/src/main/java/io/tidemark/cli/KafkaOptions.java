package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.Settings.Found;
import io.tidemark.cli.Settings.Place;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.stream.KafkaSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options that choose a Kafka of the user's own, in place of the data folder's, and set up its clients. A client's
 * setting is taken from the first of: {@code --kafka-property}, the environment, the properties file; the file of {@code
 * --kafka-config} comes right after the place that names it.
 */
final class KafkaOptions {
    private static final String BOOTSTRAP = "bootstrap.servers";
    private static final String CONFIG = "--kafka-config";

    @Option(
            names = {"--kafka", "--bootstrap"},
            paramLabel = "HOST:PORT",
            description = "Use this Kafka in place of the data folder's; several of its brokers with commas between.")
    private @Nullable String servers;

    @Option(
            names = CONFIG,
            paramLabel = "FILE",
            description =
                    "Settings of the clients of --kafka, as Kafka's own tools take them, e.g. security.protocol=SASL_SSL."
                            + " The place for passwords; kafka.… settings and TIDEMARK_KAFKA_… variables are others.")
    private @Nullable Path config;

    @Option(
            names = "--kafka-property",
            paramLabel = "KEY=VALUE",
            showDefaultValue = Visibility.NEVER,
            description = "One such setting that is no secret; may be repeated.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /** The Kafka that the user chose; empty if none. */
    Optional<KafkaSettings> chosen() {
        Map<String, Found> given = given();
        Optional<String> address = address(given);
        if (address.isEmpty() && !given.isEmpty()) {
            throw new ParameterException(
                    commandSpec().commandLine(),
                    "There are settings for a Kafka of your own (%s), but it is not named; name it by --kafka"
                            .formatted(given.values().iterator().next()));
        }
        return address.map(servers -> settings(servers, given));
    }

    /** The Kafka that the user chose, else that of what runs. */
    Optional<KafkaSettings> chosenOr(Optional<StackAddresses> running) {
        if (running.filter(StackAddresses::externalKafka).isEmpty()) {
            return chosen().or(() -> running.map(stack -> KafkaSettings.of(stack.bootstrap())));
        }
        Map<String, Found> given = given();
        Optional<String> address = address(given);
        if (address.isEmpty()) {
            StackAddresses stack = running.get();
            stack.kafkaProperties().forEach((key, value) -> given.putIfAbsent(key, found(value, "--kafka-property")));
            if (stack.kafkaConfig() != null) {
                read(Path.of(stack.kafkaConfig())).forEach(given::putIfAbsent);
            }
            address = Optional.of(stack.bootstrap());
        }
        return address.map(servers -> settings(servers, given));
    }

    /** Absolute path of the file named on the command line or in the settings. */
    Optional<Path> configFile() {
        return Optional.ofNullable(config).map(file -> file.toAbsolutePath().normalize());
    }

    /** What was given by {@code --kafka-property}: no secrets. */
    Map<String, String> properties() {
        return Map.copyOf(properties);
    }

    private Optional<String> address(Map<String, Found> given) {
        return Optional.ofNullable(servers)
                .or(() -> Optional.ofNullable(given.get(BOOTSTRAP)).map(Found::value));
    }

    private KafkaSettings settings(String address, Map<String, Found> given) {
        Map<String, String> values = new TreeMap<>();
        given.forEach((key, found) -> values.put(key, found.value()));
        PrintWriter err = commandSpec().commandLine().getErr();
        for (String key : KafkaSettings.unknown(given.keySet())) {
            err.printf(
                    "tidemark: Kafka's clients know no setting %s (from %s); is it misspelt?%n", key, given.get(key));
        }
        err.flush();
        return new KafkaSettings(address, values);
    }

    /** Every client setting by Kafka's name. */
    private Map<String, Found> given() {
        Map<String, Found> given = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (KafkaSettings.isSecret(key)) {
                throw new ParameterException(
                        commandSpec().commandLine(),
                        ("--kafka-property %s would show a secret to everybody on the machine; put it into a file for"
                                        + " --kafka-config, into tidemark.properties as kafka.%1$s, or into the environment as %2$s")
                                .formatted(key, KafkaSettings.variable(key)));
            }
            given.put(key, found(value, "--kafka-property"));
        });
        Optional<Settings> settings = Settings.of(commandSpec());
        Optional<Place> named = settings.flatMap(each -> each.find(commandSpec().findOption(CONFIG)))
                .filter(found -> !commandSpec().commandLine().getParseResult().hasMatchedOption(CONFIG))
                .map(Found::place);
        Map<String, Found> file = config == null ? Map.of() : read(config);
        if (named.isEmpty()) {
            file.forEach(given::putIfAbsent);
        }
        for (Place place : Place.values()) {
            settings.ifPresent(each -> each.kafka(place).forEach(given::putIfAbsent));
            if (named.filter(place::equals).isPresent()) {
                file.forEach(given::putIfAbsent);
            }
        }
        return given;
    }

    private static Map<String, Found> read(Path file) {
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            read.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            String reason =
                    e instanceof IOException unreadable ? FileFailure.reason(unreadable) : "malformed \\u escape";
            throw new IllegalArgumentException(
                    "Cannot read Kafka's settings from %s %s (%s)".formatted(CONFIG, file, reason), e);
        }
        Map<String, Found> found = new TreeMap<>();
        read.stringPropertyNames()
                .forEach(key -> found.put(key, found(read.getProperty(key).strip(), "%s in %s".formatted(key, file))));
        return found;
    }

    private static Found found(String value, String source) {
        return new Found(value, Place.FILE, source);
    }

    private CommandSpec commandSpec() {
        return requireNonNull(command);
    }
}
