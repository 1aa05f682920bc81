package io.tidemark.cli.cluster;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Ports;
import io.tidemark.cli.embedded.PostgresServer;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.store.StoreConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kafka and PostgreSQL on a data folder, each a process, without any Flink: what measurements of other engines need too. */
public final class DataServers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Map<Role, Supervised> processes = new LinkedHashMap<>();
    private final Layout layout;

    private DataServers(Layout layout, List<Program> programs) {
        this.layout = layout;
        for (Program program : programs) {
            processes.put(program.role(), new Supervised(program, new Unheard()));
        }
    }

    /**
     * Starts both.
     *
     * @return once they answer; topics and schema are left to the caller
     */
    public static DataServers start(Path data) throws Exception {
        Layout layout = new Layout(data.toAbsolutePath().normalize());
        FlinkPrograms.writeLogSettings(layout);
        ClusterConfig config = ClusterConfig.at(layout.data(), new ClusterConfig.TaskManagers(1, 1));
        List<Program> programs = new ArrayList<>();
        programs.add(KafkaProgram.prepare(layout, config));
        programs.add(new PostgresProcess(layout, Ports.lasting("PostgreSQL", 0)));
        DataServers servers = new DataServers(layout, programs);
        long started = System.nanoTime();
        boolean up = false;
        try {
            for (Supervised each : servers.processes.values()) {
                each.start();
            }
            for (Supervised each : servers.processes.values()) {
                each.awaitReady(PATIENCE, started);
            }
            up = true;
            return servers;
        } finally {
            if (!up) {
                servers.close();
            }
        }
    }

    /** Kafka's address, as {@code host:port}. */
    public String bootstrap() {
        return Ports.LOOPBACK + ":" + info(Role.KAFKA).port();
    }

    /** The database of the name {@code tidemark}, and its superuser. */
    public StoreConfig store() {
        return new StoreConfig(
                PostgresServer.jdbcUrl(info(Role.POSTGRES).port()),
                PostgresServer.USER,
                StackAddresses.readPassword(PostgresServer.passwordFile(layout)));
    }

    /** The process of Kafka or that of PostgreSQL's postmaster. */
    public long pid(Role role) {
        return info(role).pid();
    }

    private ProcessInfo info(Role role) {
        Supervised process = processes.get(role);
        if (process == null) {
            throw new IllegalArgumentException("There is no " + role + " here");
        }
        return process.info();
    }

    @Override
    public void close() {
        try {
            for (Supervised each : processes.values()) {
                each.end();
            }
            for (Supervised each : processes.values()) {
                each.awaitEnd();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("Interrupted while Kafka and PostgreSQL were stopping", e);
        }
    }

    private static final class Unheard implements Supervised.Listener {
        @Override
        public void changed() {
            // Nobody asks.
        }

        @Override
        public void answers(ProcessInfo process) {
            // Nobody asks.
        }
    }
}
