package io.tidemark.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledStackIT {
    @TempDir
    Path data;

    @Test
    void startsAgainAfterAKillThatLeftPostgresRunning() throws Exception {
        Process first = StackProcess.start(data);
        try (Connection connection = connect(Stack.running(data).orElseThrow());
                Statement statement = connection.createStatement()) {
            statement.execute("create table committed as select 42 as answer");
        } finally {
            first.destroyForcibly();
        }
        assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
        long leftover = postmaster();
        assertThat(ProcessHandle.of(leftover)).get().matches(ProcessHandle::isAlive);
        assertThat(Stack.running(data)).isEmpty();

        try (Stack stack = Stack.start(StackConfig.at(data));
                Connection connection = connect(stack.addresses());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select answer from committed")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
            assertThat(postmaster()).isNotEqualTo(leftover);
        }
        assertThat(data.resolve("postgres/cluster/postmaster.pid")).doesNotExist();
    }

    @Test
    void listensOnLoopbackOnlyAndStopsAllWhenTerminated() throws Exception {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/net/tcp")), "SKIPPED: no /proc");
        Process process = StackProcess.start(data);
        try {
            List<String> listening = listening(process.pid());
            listening.addAll(listening(postmaster()));
            // Kafka, its controller, PostgreSQL and Flink's REST endpoint at least.
            assertThat(listening).hasSizeGreaterThanOrEqualTo(4);
            assertThat(listening)
                    .allMatch(address ->
                            address.startsWith("0100007F:") || address.startsWith("0000000000000000FFFF00000100007F:"));
        } finally {
            process.toHandle().destroy();
        }
        assertThat(process.inputReader(StandardCharsets.UTF_8).lines()).isEmpty();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(data.resolve("postgres/cluster/postmaster.pid")).doesNotExist();
        assertThat(data.resolve("stack.json")).doesNotExist();
    }

    private long postmaster() throws IOException {
        return Long.parseLong(Files.readAllLines(data.resolve("postgres/cluster/postmaster.pid"))
                .get(0));
    }

    private static Connection connect(StackAddresses addresses) throws Exception {
        return DriverManager.getConnection(
                addresses.jdbcUrl(), addresses.postgresUser(), addresses.store().password());
    }

    /** The addresses, in the kernel's notation, on which the process accepts TCP connections. */
    private static List<String> listening(long pid) throws IOException {
        Set<String> inodes;
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            inodes = descriptors
                    .map(KilledStackIT::target)
                    .filter(target -> target.startsWith("socket:["))
                    .map(target -> target.substring(8, target.length() - 1))
                    .collect(Collectors.toSet());
        }
        List<String> addresses = new ArrayList<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields[3].equals("0A") && inodes.contains(fields[9])) {
                    addresses.add(fields[1]);
                }
            }
        }
        return addresses;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            // Closed since the folder was listed.
            return "";
        }
    }
}
