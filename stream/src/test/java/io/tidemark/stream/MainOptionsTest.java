package io.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.store.StoreConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainOptionsTest {
    private static final String SERVERS = "--kafka k:9092 --postgres postgresql://db:5432/tidemark ";

    @TempDir
    Path folder;

    @Test
    void whatIsNotGivenHasADefault() {
        MainOptions options = read(SERVERS);
        assertThat(options.kafka()).isEqualTo(KafkaSettings.of("k:9092"));
        assertThat(options.store().jdbcUrl()).isEqualTo("jdbc:postgresql://db:5432/tidemark");
        assertThat(options.store().user()).isEqualTo("postgres");
        assertThat(options.from()).isEqualTo(new StartFrom.Committed());
        assertThat(options.bounded()).isFalse();
        assertThat(options.parallelism(3)).isEqualTo(3);
        assertThat(options.duration("window", Duration.ofMinutes(5))).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void optionsAreTakenInBothForms() {
        MainOptions options = read(SERVERS + "--from=earliest --parallelism 4 --bounded --window 1h30m");
        assertThat(options.from()).isEqualTo(new StartFrom.Earliest());
        assertThat(options.parallelism(1)).isEqualTo(4);
        assertThat(options.bounded()).isTrue();
        assertThat(options.duration("window", Duration.ZERO)).isEqualTo(Duration.ofMinutes(90));
    }

    @Test
    void secretsComeFromFilesAndTheEnvironment() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "of the file\n");
        Path kafka = Files.writeString(folder.resolve("kafka"), "security.protocol=SSL\nssl.key.password=x\n");
        assertThat(read(SERVERS).store().password()).isEqualTo("of the environment");
        assertThat(read(SERVERS + "--postgres-password-file " + password)
                        .store()
                        .password())
                .isEqualTo("of the file");
        assertThat(read(SERVERS + "--kafka-config " + kafka).kafka().clientProperties())
                .isEqualTo(Map.of("security.protocol", "SSL", "ssl.key.password", "x"));
    }

    @Test
    void theUserIsTheOneOfTheOptionElseOfTheUrl() {
        String kafka = "--kafka k:9092 --postgres ";
        assertThat(read(kafka + "postgresql://db/t?user=me&sslmode=require").store())
                .isEqualTo(new StoreConfig("jdbc:postgresql://db/t?sslmode=require", "me", "of the environment"));
        assertThat(read(kafka + "postgresql://me@db/t").store().user()).isEqualTo("me");
        assertThat(read(kafka + "postgresql://me@db/t --postgres-user you")
                        .store()
                        .user())
                .isEqualTo("you");
    }

    @Test
    void kafkasSettingsComeFromTheEnvironmentUnlessTheFileSetsThem() throws Exception {
        Map<String, String> environment = Map.of(
                "TIDEMARK_KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                "TIDEMARK_KAFKA_SASL_JAAS_CONFIG", "hush",
                "TIDEMARK_KAFKA_PORT", "7",
                "TIDEMARK_KAFKA", "no:1");
        Path file = Files.writeString(folder.resolve("kafka"), "security.protocol=SSL\n");
        assertThat(read(SERVERS, environment).kafka())
                .isEqualTo(new KafkaSettings(
                        "k:9092", Map.of("security.protocol", "SASL_SSL", "sasl.jaas.config", "hush")));
        assertThat(read(SERVERS + "--kafka-config " + file, environment).kafka().clientProperties())
                .isEqualTo(Map.of("security.protocol", "SSL", "sasl.jaas.config", "hush"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --kafka k:9092                   | --postgres is missing, e.g. --postgres postgresql://localhost:5432/tidemark
            --postgres postgresql://db/t     | --kafka is missing, e.g. --kafka localhost:9092
            --frm latest                     | no such option: --frm; there are: --bounded, --from
            latest                           | options are written --name value; was: latest
            --from yesterday                 | --from must be earliest, latest, committed or a timestamp
            --parallelism 0                  | --parallelism must be a whole number between 1 and 99999; was "0"
            --window soon                    | --window must be a duration such as 5m, 10s, 1h30m or 500ms; was "soon"
            --kafka-config no.such.file      | --kafka-config no.such.file cannot be read
            --from                           | --from needs a value
            --kafka k:1 --postgres mysql://db | --postgres The JDBC URL of Postgres must start with jdbc:postgresql:
            --kafka k:1 --postgres postgresql://db/t?password=x | --postgres holds a password, which everybody on the machine could see
            --kafka k:1 --postgres postgresql://me:x@db/t | --postgres holds a password, which everybody on the machine could see
            --kafka k:1 --postgres postgresql://db/t?sslpassword=x | --postgres holds a password, which everybody on the machine could see
            """)
    void whatIsWrongIsSaidWithOptionAndValue(String words, String message) {
        assertThatThrownBy(() -> {
                    MainOptions options = read(words);
                    assertThat(options.from()).isNotNull();
                    assertThat(options.parallelism(1)).isPositive();
                    assertThat(options.duration("window", Duration.ZERO)).isNotNull();
                    assertThat(options.kafka()).isNotNull();
                    assertThat(options.store()).isNotNull();
                })
                .isInstanceOf(ProgramParametrizationException.class)
                .hasMessageStartingWith("tidemark: " + message);
    }

    @Test
    void helpIsShownWithoutAnythingElse() {
        assertThatThrownBy(() -> read("--nonsense --help")).hasMessage("how to use it");
    }

    private static MainOptions read(String words) {
        return read(words, Map.of("TIDEMARK_POSTGRES_PASSWORD", "of the environment"));
    }

    private static MainOptions read(String words, Map<String, String> environment) {
        return MainOptions.read(words.strip().split(" ", -1), environment, Set.of("window"), "how to use it");
    }
}
