package io.tidemark.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Values of options that are not on the command line: from the environment ({@code TIDEMARK_GEO_DB} for {@code
 * --geo-db}), then from the properties file ({@code geo-db}).
 */
final class Settings implements IDefaultValueProvider {
    private static final String PREFIX = "TIDEMARK_";
    private static final Path USUAL_FILE = Path.of("tidemark.properties");

    /** Options of a single call, not settings. */
    private static final Set<String> NEVER = Set.of("help", "version", "config", "verbose");

    private record Found(String value, String source) {}

    private final Map<String, String> environment;
    private final Properties properties;
    private final String file;

    private Settings(Map<String, String> environment, Properties properties, String file) {
        this.environment = environment;
        this.properties = properties;
        this.file = file;
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
            Set<String> known = new TreeSet<>();
            collectKeys(command, known);
            for (String key : properties.stringPropertyNames()) {
                if (!known.contains(key)) {
                    throw new IllegalArgumentException("%s sets \"%s\", which is no setting; there are: %s"
                            .formatted(file, key, String.join(", ", known)));
                }
            }
        }
        return new Settings(Map.copyOf(environment), properties, file.toString());
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

    private Optional<Found> find(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || NEVER.contains(key(option))) {
            return Optional.empty();
        }
        String key = key(option);
        String variable = PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
        String set = environment.get(variable);
        if (set != null && !set.isEmpty()) {
            return Optional.of(new Found(set, variable));
        }
        return Optional.ofNullable(properties.getProperty(key))
                .map(value -> new Found(value.strip(), key + " in " + file));
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

    private static void collectKeys(CommandLine command, Set<String> keys) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            if (!NEVER.contains(key(option))) {
                keys.add(key(option));
            }
        }
        command.getSubcommands().values().forEach(each -> collectKeys(each, keys));
    }

    private static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }
}
