package io.tidemark.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL, one a JVM, with a fresh database a call. Ends with the JVM. */
public final class TestPostgres {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestPostgres() {}

    /** JDBC URL of a new, empty database; user and password are {@code postgres}. */
    public static String newDatabase() {
        String name = "test_" + DATABASES.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(url("postgres"), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create test database " + name, e);
        }
        return url(name);
    }

    private static String url(String database) {
        return "jdbc:postgresql://localhost:%d/%s".formatted(Server.POSTGRES.getPort(), database);
    }

    private static final class Server {
        static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setPgBinaryResolver(Server::binaries)
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot start PostgreSQL", e);
            }
        }

        /** The first ones of the class path: a packaged module names its libraries, so that the same ones are there twice. */
        private static InputStream binaries(String system, String machine) throws IOException {
            String architecture = machine.equals("aarch64") || machine.equals("arm64")
                    ? "arm_64"
                    : machine.replace("amd64", "x86_64");
            String name = "/postgres-%s-%s.txz".formatted(system.toLowerCase(Locale.ROOT), architecture);
            InputStream packed = TestPostgres.class.getResourceAsStream(name);
            if (packed == null) {
                throw new IOException("There are no binaries of PostgreSQL for this machine: " + name);
            }
            return packed;
        }
    }
}
