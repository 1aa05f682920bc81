package io.tidemark.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Topics;
import io.tidemark.store.StoreConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackIT {
    @TempDir
    Path data;

    @Test
    void startsWithTopicsAndRestartsOnTheSameFolderWithDataKept() throws Exception {
        try (Stack stack = Stack.start(StackConfig.at(data).withPartitions(3))) {
            assertThat(Stack.running(data)).contains(stack.addresses());
            assertThat(partitionsOf(stack, Topics.RAW)).isEqualTo(3);
            assertThat(partitionsOf(stack, Topics.ENRICHED)).isEqualTo(3);
            assertThat(partitionsOf(stack, Topics.REJECTED)).isEqualTo(1);
            send(stack, "kept");
            execute(stack, "create table kept as select 42 as answer");
        }
        assertThat(Stack.running(data)).isEmpty();
        try (Stack stack = Stack.start(StackConfig.at(data))) {
            assertThat(partitionsOf(stack, Topics.RAW)).isEqualTo(3);
            assertThat(firstRecord(stack)).isEqualTo("kept");
            assertThat(query(stack, "select answer from kept")).isEqualTo("42");
        }
    }

    @Test
    void secondStartOnAFolderInUseIsRefused() {
        try (Stack stack = Stack.start(StackConfig.at(data))) {
            assertThatThrownBy(() -> Stack.start(StackConfig.at(data)))
                    .isInstanceOf(StackException.class)
                    .hasMessageContaining(data.toString())
                    .hasMessageContaining("process " + stack.addresses().pid());
            assertThat(Stack.running(data)).isPresent();
        }
    }

    @Test
    void theDatabaseAsksForAPasswordThatOnlyTheOwnerCanRead() throws Exception {
        Path file = data.resolve("postgres/password");
        String made;
        try (Stack stack = Stack.start(StackConfig.at(data))) {
            made = stack.addresses().store().password();
            assertThat(made).matches("[0-9a-f]{48}");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(data.resolve("stack.json")))
                    .contains(file.toString())
                    .doesNotContain(made);
            assertThat(stack.addresses().toString()).doesNotContain(made);
            assertThatThrownBy(() -> connect(stack, "")).hasMessageContaining("password");
            assertThatThrownBy(() -> connect(stack, "wrong")).hasMessageContaining("password authentication failed");
            execute(stack, "create table kept as select 42 as answer");
        }
        // As a folder is from the time before there were passwords.
        Files.delete(file);
        Path rules = data.resolve("postgres/cluster/pg_hba.conf");
        Files.writeString(rules, Files.readString(rules).replace("scram-sha-256", "trust"));
        try (DatabaseOnly database = DatabaseOnly.start(data)) {
            StoreConfig store = database.store();
            assertThat(store.password()).matches("[0-9a-f]{48}").isNotEqualTo(made);
            assertThat(Files.readString(rules)).contains("scram-sha-256").doesNotContainPattern("(?m)trust$");
            try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select answer from kept")) {
                assertThat(rows.next()).isTrue();
            }
            assertThatThrownBy(() -> DriverManager.getConnection(store.jdbcUrl(), store.user(), ""))
                    .hasMessageContaining("password");
        }
    }

    private static int partitionsOf(Stack stack, String topic) throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", stack.addresses().bootstrap()))) {
            return admin.describeTopics(List.of(topic)).allTopicNames().get(10, TimeUnit.SECONDS).values().stream()
                    .mapToInt(description -> description.partitions().size())
                    .sum();
        }
    }

    private static void send(Stack stack, String value) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", stack.addresses().bootstrap());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            // Of the year 2001: a record older than any retention.
            long old = 1_000_000_000_000L;
            producer.send(new ProducerRecord<>(Topics.RAW, 0, old, null, bytes)).get(10, TimeUnit.SECONDS);
        }
    }

    private static String firstRecord(Stack stack) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", stack.addresses().bootstrap());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(Topics.RAW, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            return new String(
                    consumer.poll(Duration.ofSeconds(10)).iterator().next().value(), StandardCharsets.UTF_8);
        }
    }

    private static void execute(Stack stack, String sql) throws SQLException {
        try (Connection connection = connect(stack);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(Stack stack, String sql) throws SQLException {
        try (Connection connection = connect(stack);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Connection connect(Stack stack) throws SQLException {
        return connect(stack, stack.addresses().store().password());
    }

    private static Connection connect(Stack stack, String password) throws SQLException {
        return DriverManager.getConnection(
                stack.addresses().jdbcUrl(), stack.addresses().postgresUser(), password);
    }
}
