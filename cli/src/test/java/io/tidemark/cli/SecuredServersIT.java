package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.embedded.SecuredServers;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.testkit.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands with servers that talk by TLS only and ask for passwords. */
class SecuredServersIT {
    private static final String PASSWORD = "open-sesame-4711";
    private static final String STORE_PASSWORD = "store-sesame-0815";
    private static final String WRONG = "wrong-sesame-1234";
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    static Path servers;

    private static SecuredServers secured;

    @TempDir
    Path folder;

    @BeforeAll
    static void startServers() throws Exception {
        secured =
                SecuredServers.start(servers.resolve("data"), TestCertificate.make(servers, STORE_PASSWORD), PASSWORD);
    }

    @AfterAll
    static void stopServers() {
        secured.close();
    }

    @Test
    void everyCommandWorksWithThemAndShowsNoSecret() throws Exception {
        Path data = folder.resolve("data");
        Path log = Files.writeString(folder.resolve("access.log"), """
                192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 1
                192.0.2.2 - - [10/Oct/2000:13:55:37 -0700] "GET /a HTTP/1.0" 200 1
                """);
        String config = settings(PASSWORD, PASSWORD).toString();
        List<String> shown = new ArrayList<>();

        ProgramRun up = ProgramRun.tidemark(
                folder, "up", "--detach", "--config", config, "--partitions", "2", "--data", data.toString());
        try {
            assertThat(up.exitCode()).as(up.err() + up.out()).isZero();
            assertThat(up.out()).contains(secured.bootstrap() + " (yours)", "sslmode=verify-full");
            shown.add(up.out() + up.err());
            assertThat(data.resolve("kafka")).doesNotExist();
            assertThat(data.resolve("postgres")).doesNotExist();

            shown.add(done(
                    "import", "--config", config, "--host", "a.example", log.toString(), "--data", data.toString()));
            for (String job : List.of("enrich", "aggregate")) {
                String said = done(
                        "job", job, "--config", config, "--bounded", "--from", "earliest", "--data", data.toString());
                assertThat(said).contains("runs as");
                shown.add(said);
            }
            String sql = "select host, num_hits, updated_at is null as unset from processed_events_aggregated";
            assertThat(done("sql", "--config", config, "--data", data.toString(), sql))
                    .contains("a.example", "2");
            // Nothing but the files that hold the secrets is named on the command line here: up has told the rest.
            assertThat(done(
                            "sql",
                            "--postgres-password-file",
                            folder.resolve("password").toString(),
                            "--data",
                            data.toString(),
                            sql))
                    .contains("a.example");
            String flink = Stack.running(data).orElseThrow().flinkPage().toString();
            shown.addAll(pages(flink));
        } finally {
            ProgramRun down = ProgramRun.tidemark(folder, "down", "--data", data.toString());
            assertThat(down.out()).startsWith("Stopped process");
        }
        assertThat(Files.readString(folder.resolve("settings.properties"))).contains(PASSWORD);
        assertThat(shown).isNotEmpty().allSatisfy(SecuredServersIT::showsNoSecret);
        List<Path> written = files(data);
        // The clients do tell their settings there.
        assertThat(Files.readString(data.resolve("logs/kafka.log"))).contains("sasl.jaas.config = [hidden]");
        for (Path file : written) {
            showsNoSecret(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void aWrongPasswordIsToldSoon() throws Exception {
        String wrongKafka = settings(WRONG, PASSWORD).toString();
        for (String command : List.of("import access.log", "job enrich", "up", "run access.log")) {
            String refused = refused(wrongKafka, command);
            assertThat(refused)
                    .startsWith(
                            "tidemark: Kafka at " + secured.bootstrap() + " refuses the login (Authentication failed")
                    .endsWith("check the sasl.… settings, user and password among them");
        }
        String wrongPostgres = settings(PASSWORD, WRONG).toString();
        for (String command : List.of("job enrich", "up", "run access.log", "sql select")) {
            String refused = refused(wrongPostgres, command);
            assertThat(refused)
                    .startsWith("tidemark: Cannot connect to Postgres at jdbc:postgresql://127.0.0.1")
                    .contains("password authentication failed for user \"tidemark\"")
                    .endsWith("check --postgres-user, and TIDEMARK_POSTGRES_PASSWORD or --postgres-password-file");
        }
    }

    @Test
    void aServerThatIsAwayIsToldSoon() throws Exception {
        Path away =
                SecuredServers.write(folder, Map.of("kafka", "127.0.0.1:1", "postgres", "postgresql://127.0.0.1:1/x"));
        assertThat(refused(away.toString(), "sql select"))
                .contains("Cannot connect to Postgres at jdbc:postgresql://127.0.0.1:1/x as postgres: Connection to"
                        + " 127.0.0.1:1 refused");
        assertThat(refused(away.toString(), "import access.log"))
                .startsWith("tidemark: Kafka at 127.0.0.1:1 does not answer within 10 s");
    }

    @Test
    void aCertificateThatIsNotTrustedIsTold() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        TestCertificate stranger = TestCertificate.make(other, STORE_PASSWORD);
        Map<String, String> settings = new TreeMap<>(secured.settings(folder, PASSWORD, PASSWORD));
        settings.put("kafka.ssl.truststore.location", stranger.trustStore().toString());
        settings.put(
                "postgres",
                secured.postgresUrl().replaceFirst("sslrootcert=.*", "sslrootcert=" + stranger.certificate()));
        Path config = SecuredServers.write(folder, settings);
        assertThat(refused(config.toString(), "import access.log"))
                .startsWith("tidemark: TLS with Kafka at " + secured.bootstrap() + " fails (");
        assertThat(refused(config.toString(), "sql select"))
                .contains("SSL error", "check sslmode and sslrootcert in the URL");
    }

    /** The last line that a command says which cannot reach its servers. */
    private String refused(String config, String command) throws IOException {
        Files.writeString(folder.resolve("access.log"), "x\n");
        List<String> words = new ArrayList<>();
        for (String word : command.split(" ", -1)) {
            words.add(
                    switch (word) {
                        case "access.log" -> folder.resolve(word).toString();
                        case "select" -> "select 1";
                        default -> word;
                    });
        }
        words.addAll(List.of("--config", config));
        if (words.get(0).equals("job")) {
            words.addAll(List.of("--flink", "127.0.0.1:1"));
        }
        words.addAll(List.of("--data", folder.resolve("none").toString()));
        long started = System.nanoTime();
        InProcess run = InProcess.tidemark(words.toArray(String[]::new));
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(SOON);
        assertThat(run.exitCode()).as(command).isEqualTo(Main.FAILED);
        showsNoSecret(run.out() + run.err());
        return run.err().lines().reduce((earlier, last) -> last).orElse("");
    }

    private static String done(String... words) {
        InProcess run = InProcess.tidemark(words);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out() + run.err();
    }

    private Path settings(String kafkaPassword, String postgresPassword) throws IOException {
        return SecuredServers.write(folder, secured.settings(folder, kafkaPassword, postgresPassword));
    }

    /** What Flink's page shows of its settings and of every job. */
    private static List<String> pages(String flink) throws Exception {
        List<String> pages = new ArrayList<>();
        pages.add(page(flink + "/jobmanager/config"));
        pages.add(page(flink + "/jobmanager/environment"));
        String jobs = page(flink + "/jobs");
        Matcher ids = Pattern.compile("\"id\":\"([0-9a-f]{32})\"").matcher(jobs);
        while (ids.find()) {
            for (String part : List.of("", "/config", "/plan", "/exceptions", "/checkpoints/config")) {
                pages.add(page(flink + "/jobs/" + ids.group(1) + part));
            }
        }
        assertThat(pages).hasSize(12);
        return pages;
    }

    private static String page(String url) throws Exception {
        return HTTP.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void showsNoSecret(String text) {
        assertThat(text).doesNotContain(PASSWORD).doesNotContain(STORE_PASSWORD).doesNotContain(WRONG);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
