package io.tidemark.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where the settings of the user's own servers are taken from. */
class OwnServersTest {
    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();
    private Optional<StackAddresses> running = Optional.empty();

    @Command(name = "probe")
    private static final class Probe implements Callable<Integer> {
        @Mixin
        private final KafkaOptions kafka = new KafkaOptions();

        @Mixin
        private final PostgresOptions postgres = new PostgresOptions();

        @Option(names = "--kafka-port")
        private int kafkaPort;

        private final Optional<StackAddresses> running;
        private @Nullable KafkaSettings foundKafka;
        private @Nullable StoreConfig foundStore;

        Probe(Optional<StackAddresses> running) {
            this.running = running;
        }

        @Override
        public Integer call() {
            foundKafka = kafka.chosenOr(running).orElse(null);
            foundStore = postgres.chosenOr(running).orElse(null);
            return Main.DONE + kafkaPort * 0;
        }
    }

    @Test
    void aClientSettingIsTakenFromTheFirstPlaceThatHasIt() throws IOException {
        write("tidemark.properties", "kafka = k:1\nkafka.a = file\nkafka.b = file\nkafka.c = file\nkafka.d = file\n");
        Path config = write("client.properties", "a = config\nb = config\nc = config\n");
        Map<String, String> environment = Map.of("TIDEMARK_KAFKA_A", "environment", "TIDEMARK_KAFKA_B", "environment");
        assertThat(kafka(environment, "--kafka-property", "a=option"))
                .containsAllEntriesOf(Map.of("a", "option", "b", "environment", "c", "file", "d", "file"));
        assertThat(kafka(environment, "--kafka-config", config.toString()))
                .containsAllEntriesOf(Map.of("a", "config", "b", "config", "c", "config", "d", "file"));
        assertThat(kafka(with(environment, "TIDEMARK_KAFKA_CONFIG", config.toString())))
                .containsAllEntriesOf(Map.of("a", "environment", "b", "environment", "c", "config", "d", "file"));
    }

    @Test
    void variablesAreReadWithDotsForUnderscores() {
        Map<String, String> environment = Map.of(
                "TIDEMARK_KAFKA", "k:1", "TIDEMARK_KAFKA_SECURITY_PROTOCOL", "SASL_SSL", "TIDEMARK_KAFKA_PORT", "7");
        assertThat(kafka(environment)).isEqualTo(Map.of("bootstrap.servers", "k:1", "security.protocol", "SASL_SSL"));
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theAddressMayStandInTheClientsSettings() throws IOException {
        Path config = write("client.properties", "bootstrap.servers = k:1,l:2\n");
        assertThat(kafka(Map.of(), "--kafka-config", config.toString())).containsEntry("bootstrap.servers", "k:1,l:2");
        assertThat(kafka(Map.of(), "--kafka-config", config.toString(), "--kafka", "m:3"))
                .containsEntry("bootstrap.servers", "m:3");
    }

    @Test
    void settingsWithoutAnAddressAreRefused() {
        assertThat(run(Map.of("TIDEMARK_KAFKA_SECURITY_PROTOCOL", "SSL"))).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString()).contains("(TIDEMARK_KAFKA_SECURITY_PROTOCOL)", "name it by --kafka");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssl.truststore.password",
                "sasl.jaas.config",
                "ssl.keystore.key",
                "sasl.oauthbearer.client.credentials.client.secret",
                "sasl.oauthbearer.assertion.private.key.passphrase",
                "ssl.keystore.certificate.chain",
                "sasl.login.plugin.passphrase"
            })
    void aSecretOnTheCommandLineIsRefused(String key) {
        assertThat(run(Map.of(), "--kafka", "k:1", "--kafka-property", key + "=hush"))
                .isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString())
                .contains("--kafka-property " + key, "--kafka-config", "kafka." + key, "TIDEMARK_KAFKA_S")
                .doesNotContain("hush");
    }

    @Test
    void aMisspeltSettingIsNamedWithoutItsValue() {
        assertThat(run(Map.of("TIDEMARK_KAFKA_SECURTY_PROTOCOL", "hush"), "--kafka", "k:1"))
                .isEqualTo(Main.DONE);
        assertThat(err.toString())
                .isEqualTo("tidemark: Kafka's clients know no setting securty.protocol (from"
                        + " TIDEMARK_KAFKA_SECURTY_PROTOCOL); is it misspelt?%n".formatted());
    }

    @Test
    void whatExactCountingDependsOnIsNotOpen() {
        assertThat(run(Map.of(), "--kafka", "k:1", "--kafka-property", "acks=1"))
                .isEqualTo(Main.FAILED);
        assertThat(err.toString()).contains("Kafka setting acks is not open to choice", "remove it");
        assertThat(run(Map.of(), "--kafka", "k:1", "--kafka-property", "retries=3"))
                .isEqualTo(Main.FAILED);
        assertThat(run(Map.of(), "--kafka", "k:1", "--kafka-property", "acks=all"))
                .isEqualTo(Main.DONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://me:hush@db/t",
                "postgresql://db/t?password=hush",
                "postgresql://db/t?sslpassword=hush"
            })
    void aUrlWithAPasswordIsForTheEnvironmentOnly(String url) {
        assertThat(run(Map.of(), "--postgres", url)).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString())
                .contains("TIDEMARK_POSTGRES_PASSWORD", "--postgres-password-file")
                .doesNotContain("hush");
        assertThat(run(Map.of("TIDEMARK_POSTGRES", url))).isEqualTo(Main.DONE);
    }

    @Test
    void thePasswordIsTakenFromTheFirstPlaceThatHasIt() throws IOException {
        String url = "postgresql://me:from-url@db/t";
        Path file = write("password", "from-file\n");
        assertThat(store(Map.of("TIDEMARK_POSTGRES", url)).password()).isEqualTo("from-url");
        Map<String, String> environment =
                Map.of("TIDEMARK_POSTGRES_URL", url, "TIDEMARK_POSTGRES_PASSWORD", "from-environment");
        assertThat(store(environment).password()).isEqualTo("from-environment");
        assertThat(store(environment, "--postgres-password-file", file.toString())
                        .password())
                .isEqualTo("from-file");
        assertThat(store(environment).user()).isEqualTo("me");
        assertThat(store(environment, "--postgres-user", "you").user()).isEqualTo("you");
    }

    @Test
    void aMissingPasswordFileIsNamed() {
        assertThat(run(Map.of(), "--postgres", "postgresql://db/t", "--postgres-password-file", "none"))
                .isEqualTo(Main.FAILED);
        assertThat(err.toString()).contains("Cannot read the password", "none", "there is no such file");
    }

    @Test
    void whatRunsTellsTheRest() throws IOException {
        Path config = write("client.properties", "security.protocol = SSL\nssl.truststore.password = hush\n");
        Path password = write("password", "hush-too");
        running = Optional.of(new StackAddresses(
                1,
                "k:1",
                true,
                config.toString(),
                Map.of("linger.ms", "7"),
                "jdbc:postgresql://db/t",
                true,
                "me",
                password.toString(),
                "f:2",
                "now"));
        assertThat(kafka(Map.of("TIDEMARK_KAFKA_LINGER_MS", "8")))
                .isEqualTo(Map.of(
                        "bootstrap.servers",
                        "k:1",
                        "security.protocol",
                        "SSL",
                        "ssl.truststore.password",
                        "hush",
                        "linger.ms",
                        "8"));
        assertThat(store(Map.of())).isEqualTo(new StoreConfig("jdbc:postgresql://db/t", "me", "hush-too"));
        assertThat(kafka(Map.of(), "--kafka", "other:1")).isEqualTo(Map.of("bootstrap.servers", "other:1"));
    }

    @Test
    void anUnreadableAddressIsTold() {
        assertThat(run(Map.of(), "--kafka", "k")).isEqualTo(Main.FAILED);
        assertThat(err.toString()).contains("Kafka's address must be host:port", "e.g. localhost:9092; was \"k\"");
    }

    @Test
    void jobsGoOnWithTheirOwnServersOnly() throws IOException {
        Layout layout = new Layout(folder);
        External embedded = External.NONE;
        StoreConfig database = new StoreConfig("jdbc:postgresql://db/t", "me", "hush");
        External own = new External(KafkaSettings.of("k:1"), null, Map.of(), database, null);
        OwnServers.requireRemembered(layout, own);
        OwnServers.remember(
                layout,
                new StackAddresses(
                        1, "k:1", true, null, Map.of(), "jdbc:postgresql://db/t", true, "me", null, "f:2", "now"));
        OwnServers.requireRemembered(layout, own);
        assertThatThrownBy(() -> OwnServers.requireRemembered(layout, embedded))
                .isInstanceOf(StackException.class)
                .hasMessageContaining(
                        "work with Kafka at k:1 and jdbc:postgresql://db/t, not with the embedded Kafka and the"
                                + " embedded PostgreSQL. Name those (--kafka, --postgres)");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static Map<String, String> with(Map<String, String> environment, String name, String value) {
        Map<String, String> more = new TreeMap<>(environment);
        more.put(name, value);
        return more;
    }

    private Map<String, String> kafka(Map<String, String> environment, String... words) {
        Probe probe = new Probe(running);
        assertThat(run(probe, environment, words)).as(err.toString()).isEqualTo(Main.DONE);
        return probe.foundKafka == null ? Map.of() : probe.foundKafka.toMap();
    }

    private StoreConfig store(Map<String, String> environment, String... words) {
        Probe probe = new Probe(running);
        assertThat(run(probe, environment, words)).as(err.toString()).isEqualTo(Main.DONE);
        return requireNonNull(probe.foundStore);
    }

    private int run(Map<String, String> environment, String... words) {
        return run(new Probe(running), environment, words);
    }

    private int run(Probe probe, Map<String, String> environment, String... words) {
        err.getBuffer().setLength(0);
        CommandLine command = new CommandLine(probe).setErr(new PrintWriter(err, true));
        Path file = folder.resolve("tidemark.properties");
        Map<String, String> all =
                Files.exists(file) ? with(environment, "TIDEMARK_CONFIG", file.toString()) : environment;
        return Main.configured(command, all, words).execute(words);
    }
}
