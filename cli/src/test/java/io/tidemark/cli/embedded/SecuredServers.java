package io.tidemark.cli.embedded;

import io.tidemark.testkit.TestCertificate;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** A Kafka that talks only by SASL over TLS, and a PostgreSQL that talks only by TLS and asks for a password. */
public final class SecuredServers implements AutoCloseable {
    public static final String USER = "tidemark";

    private final TestCertificate certificate;
    private final KafkaNode kafka;
    private final PostgresServer postgres;

    private SecuredServers(TestCertificate certificate, KafkaNode kafka, PostgresServer postgres) {
        this.certificate = certificate;
        this.kafka = kafka;
        this.postgres = postgres;
    }

    /**
     * Starts both.
     *
     * @param password of {@link #USER} on both servers
     */
    public static SecuredServers start(Path folder, TestCertificate certificate, String password) throws Exception {
        Layout layout = new Layout(folder);
        KafkaNode kafka = KafkaNode.start(layout.kafka(), 0, settings -> secure(settings, certificate, password));
        PostgresServer postgres = PostgresServer.start(layout, 0);
        secure(postgres, layout, certificate, password);
        return new SecuredServers(certificate, kafka, postgres);
    }

    private static void secure(Properties settings, TestCertificate certificate, String password) {
        for (String listeners : new String[] {"listeners", "advertised.listeners"}) {
            settings.setProperty(listeners, settings.getProperty(listeners).replace("PLAINTEXT://", "SECURED://"));
        }
        settings.setProperty("inter.broker.listener.name", "SECURED");
        settings.putAll(Map.of(
                "listener.security.protocol.map",
                "SECURED:SASL_SSL,CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms",
                "PLAIN",
                "sasl.mechanism.inter.broker.protocol",
                "PLAIN",
                "listener.name.secured.plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%1$s\" password=\"%2$s\" user_%1$s=\"%2$s\";"
                        .formatted(USER, password),
                "ssl.keystore.location",
                certificate.keyStore().toString(),
                "ssl.keystore.type",
                "PKCS12",
                "ssl.keystore.password",
                certificate.password(),
                "ssl.truststore.location",
                certificate.trustStore().toString(),
                "ssl.truststore.type",
                "PKCS12",
                "ssl.truststore.password",
                certificate.password()));
    }

    private static void secure(PostgresServer postgres, Layout layout, TestCertificate certificate, String password)
            throws IOException, SQLException {
        Path cluster = layout.postgres().resolve("cluster");
        try (Connection connection = DriverManager.getConnection(
                        postgres.store().jdbcUrl(),
                        PostgresServer.USER,
                        postgres.store().password());
                Statement statement = connection.createStatement()) {
            statement.execute("create role %s login password '%s'".formatted(USER, password));
            statement.execute("alter database tidemark owner to " + USER);
            Files.copy(certificate.certificate(), cluster.resolve("server.crt"));
            Path key = Files.copy(certificate.key(), cluster.resolve("server.key"));
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
            Files.writeString(cluster.resolve("custom.conf"), "ssl = on\n");
            Files.writeString(cluster.resolve("pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n");
            PostgresAccount account = PostgresAccount.current();
            account.own(cluster.resolve("server.key"));
            statement.execute("select pg_reload_conf()");
        }
        awaitTls(postgres);
    }

    /** Postgres reads its settings again a little later than it is told to. */
    private static void awaitTls(PostgresServer postgres) throws SQLException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (System.nanoTime() < deadline) {
            try (Connection open = DriverManager.getConnection(
                    postgres.store().jdbcUrl() + "?sslmode=disable",
                    PostgresServer.USER,
                    postgres.store().password())) {
                open.isValid(1);
            } catch (SQLException refused) {
                return;
            }
        }
        throw new SQLException("PostgreSQL still takes connections without TLS");
    }

    public String bootstrap() {
        return kafka.bootstrap();
    }

    private Map<String, String> kafkaSettings(String givenPassword) {
        return Map.of(
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
                        .formatted(USER, givenPassword),
                "ssl.truststore.location",
                certificate.trustStore().toString(),
                "ssl.truststore.type",
                "PKCS12",
                "ssl.truststore.password",
                certificate.password());
    }

    /** Without user and password. */
    public String postgresUrl() {
        return postgres.store().jdbcUrl().replace("jdbc:", "") + "?sslmode=verify-full&sslrootcert="
                + certificate.certificate();
    }

    /** All that a command needs to work with both, as tidemark.properties takes it; a password file is made in the folder. */
    public Map<String, String> settings(Path folder, String kafkaPassword, String postgresPassword) throws IOException {
        Map<String, String> settings = new TreeMap<>();
        kafkaSettings(kafkaPassword).forEach((key, value) -> settings.put("kafka." + key, value));
        settings.put("kafka", bootstrap());
        settings.put("postgres", postgresUrl());
        settings.put("postgres-user", USER);
        Path password = Files.writeString(folder.resolve("password"), postgresPassword + "\n");
        settings.put("postgres-password-file", password.toString());
        return settings;
    }

    /** Writes {@code settings.properties} in the folder. */
    public static Path write(Path folder, Map<String, String> settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings);
        Path file = folder.resolve("settings.properties");
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }

    @Override
    public void close() {
        try (kafka) {
            postgres.close();
        }
    }
}
