package io.tidemark.cli.embedded;

import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL server with its database {@code tidemark}, in processes of its own that a kill of this one survives. */
public final class PostgresServer implements AutoCloseable {
    public static final String USER = "postgres";

    private static final String DATABASE = "tidemark";
    private static final String PID_FILE = "postmaster.pid";
    private static final int TIMEOUT_SECONDS = 60;

    private final Path programs;
    private final Path cluster;
    private final Path logs;
    private final PostgresAccount account;
    private final PostgresPassword password;
    private final int port;

    private PostgresServer(Path programs, Path cluster, Path logs, PostgresAccount account, int port) {
        this.programs = programs;
        this.cluster = cluster;
        this.logs = logs;
        this.account = account;
        this.password = PostgresPassword.beside(cluster);
        this.port = port;
    }

    /**
     * Starts a server on the folder, whose database it serves if there is one, and waits until it answers. A server that
     * was left there by a killed process is stopped first.
     */
    public static PostgresServer start(Layout layout, int wantedPort) {
        try {
            PostgresAccount account = PostgresAccount.current();
            Path cluster = Files.createDirectories(layout.postgres()).resolve("cluster");
            Path logs = Files.createDirectories(layout.logs().resolve("postgres"));
            PostgresServer server = new PostgresServer(
                    PostgresProgram.unpacked(layout.data()),
                    cluster,
                    logs,
                    account,
                    Ports.free("PostgreSQL", wantedPort));
            account.own(layout.postgres());
            account.own(logs);
            server.stopLeftover();
            server.initializeOnce();
            server.configure();
            server.startOrLeaveNothing();
            return server;
        } catch (IOException | SQLException e) {
            throw new StackException(
                    "PostgreSQL did not start on %s (%s)".formatted(layout.postgres(), e.getMessage()), e);
        }
    }

    /** The database, with the password that was made for it. */
    public StoreConfig store() {
        return new StoreConfig(jdbcUrl(port), USER, password.read());
    }

    /** The file that holds the password. */
    Path passwordFile() {
        return password.file();
    }

    /** The file that holds the password of the folder's database, once that has been started. */
    public static Path passwordFile(Layout layout) {
        return PostgresPassword.beside(layout.postgres().resolve("cluster")).file();
    }

    /** JDBC URL of the database of a server on that port. */
    public static String jdbcUrl(int port) {
        return jdbcUrl(port, DATABASE);
    }

    private static String jdbcUrl(int port, String database) {
        return "jdbc:postgresql://%s:%d/%s".formatted(Ports.LOOPBACK, port, database);
    }

    /** The process that all others of the server descend from. */
    public ProcessHandle postmaster() {
        try {
            return postmaster(cluster)
                    .orElseThrow(() -> new StackException("PostgreSQL ended as soon as it had started; see " + logs));
        } catch (IOException e) {
            throw new StackException("Cannot read which process PostgreSQL is (%s)".formatted(e.getMessage()), e);
        }
    }

    /** Stops the server that runs on the folder, whoever started it; returns whether there was one. */
    public static boolean stopLeftover(Layout layout) {
        Path cluster = layout.postgres().resolve("cluster");
        try {
            boolean runs = postmaster(cluster).isPresent();
            if (runs) {
                new PostgresServer(
                                PostgresProgram.unpacked(layout.data()),
                                cluster,
                                Files.createDirectories(layout.logs().resolve("postgres")),
                                PostgresAccount.current(),
                                0)
                        .stop();
            }
            return runs;
        } catch (IOException e) {
            throw new StackException(
                    "PostgreSQL on %s did not stop (%s)".formatted(layout.postgres(), e.getMessage()), e);
        }
    }

    /** Made aside and moved, so that an interrupted start leaves no half of a database behind. */
    private void initializeOnce() throws IOException {
        if (Files.isDirectory(cluster)) {
            if (!password.exists()) {
                askForPassword();
            }
            return;
        }
        if (!password.exists()) {
            password.write(PostgresPassword.random());
        }
        Path partial = cluster.resolveSibling("cluster.partial");
        if (Files.isDirectory(partial)) {
            clear(partial);
        }
        run(
                "",
                "initdb",
                "-D",
                partial.toString(),
                "-U",
                USER,
                "--auth=scram-sha-256",
                "--pwfile=" + password.file(),
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8");
        Files.move(partial, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * For a folder from the time when no password was asked for, or whose file was deleted. The server is not started for
     * it: nobody can come in before the password is set. The file comes last, so that an interruption means to begin anew.
     */
    private void askForPassword() throws IOException {
        String made = PostgresPassword.random();
        configure();
        run(
                "alter role %s password '%s'%n".formatted(USER, made),
                "postgres",
                "--single",
                "-D",
                cluster.toString(),
                USER);
        Path rules = cluster.resolve("pg_hba.conf");
        Files.writeString(rules, Files.readString(rules).replaceAll("(?m)\\btrust$", "scram-sha-256"));
        password.write(made);
    }

    private void startOrLeaveNothing() throws IOException, SQLException {
        try {
            run(
                    "",
                    "pg_ctl",
                    "-D",
                    cluster.toString(),
                    "-l",
                    logs.resolve("start.log").toString(),
                    "-w",
                    "start");
            createDatabaseOnce();
        } catch (IOException | SQLException e) {
            // What interrupted the start does not want the server left, nor half of the stop.
            boolean interrupted = Thread.interrupted();
            try {
                stopLeftover();
            } catch (IOException also) {
                e.addSuppressed(also);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            throw e;
        }
    }

    private static void clear(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void configure() throws IOException {
        String settings = """
                # Written by tidemark at each start. Own settings belong into custom.conf beside this file.
                listen_addresses = '%s'
                port = %d
                unix_socket_directories = ''
                max_connections = 100
                # A query over all days locks each, and its index.
                max_locks_per_transaction = 256
                shared_buffers = 128MB
                max_wal_size = 2GB
                checkpoint_timeout = 10min
                fsync = on
                synchronous_commit = on
                timezone = 'UTC'
                log_timezone = 'UTC'
                logging_collector = on
                log_directory = '%s'
                log_filename = 'postgres-%%a.log'
                log_truncate_on_rotation = on
                log_rotation_age = 1d
                log_rotation_size = 0
                include_if_exists 'custom.conf'
                """.formatted(Ports.LOOPBACK, port, logs.toString().replace("'", "''"));
        Files.writeString(cluster.resolve("postgresql.conf"), settings);
    }

    private void createDatabaseOnce() throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(port, USER), USER, password.read());
                Statement statement = connection.createStatement()) {
            try (ResultSet found =
                    statement.executeQuery("select 1 from pg_database where datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("create database " + DATABASE);
        }
    }

    private void stopLeftover() throws IOException {
        if (postmaster(cluster).isPresent()) {
            stop();
        } else {
            // Its number may belong to some other process by now, at which PostgreSQL would balk.
            Files.deleteIfExists(cluster.resolve(PID_FILE));
        }
    }

    private static Optional<ProcessHandle> postmaster(Path cluster) throws IOException {
        Path pidFile = cluster.resolve(PID_FILE);
        List<String> lines = Files.exists(pidFile) ? Files.readAllLines(pidFile) : List.of();
        return lines.stream()
                .findFirst()
                .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid.strip())))
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info()
                        .command()
                        .filter(command -> command.contains("postgres"))
                        .isPresent());
    }

    private void stop() throws IOException {
        try {
            run("", "pg_ctl", "-D", cluster.toString(), "-m", "fast", "-t", "8", "-w", "stop");
        } catch (IOException e) {
            run("", "pg_ctl", "-D", cluster.toString(), "-m", "immediate", "-t", "8", "-w", "stop");
        }
    }

    @Override
    public void close() {
        try {
            if (Files.exists(cluster.resolve(PID_FILE))) {
                stop();
            }
        } catch (IOException e) {
            throw new StackException("PostgreSQL did not stop (%s)".formatted(e.getMessage()), e);
        }
    }

    private void run(String input, String program, String... arguments) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(programs.resolve("bin").resolve(program).toString());
        words.addAll(List.of(arguments));
        Path output = Files.createTempFile(logs, program, ".out");
        try {
            // Into a file, not a pipe: the server that pg_ctl leaves running would hold a pipe open.
            Process process = new ProcessBuilder(account.command(words))
                    .directory(logs.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.US_ASCII));
            }
            if (!awaitEnd(process)) {
                process.destroyForcibly();
                throw new IOException("%s took more than %d s".formatted(program, TIMEOUT_SECONDS));
            }
            if (process.exitValue() != 0) {
                String said =
                        Files.readString(output, StandardCharsets.UTF_8).strip().replaceAll("\\s*\\n\\s*", "; ");
                throw new IOException("%s failed: %s; see %s".formatted(program, said, logs));
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new IOException("Interrupted while %s ran".formatted(program));
            }
        } finally {
            Files.delete(output);
        }
    }

    /** Also if it is interrupted: nobody could say whether a pg_ctl that works on is about to start a server. */
    private static boolean awaitEnd(Process process) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
