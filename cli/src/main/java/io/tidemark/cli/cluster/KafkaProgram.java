package io.tidemark.cli.cluster;

import io.tidemark.cli.embedded.KafkaSetup;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Ports;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/** The broker, run by the class that Kafka's own start scripts run. */
final class KafkaProgram {
    private static final int CONNECT_MILLIS = 1_000;

    private KafkaProgram() {}

    /** Formats the folder, if that is new, and writes the settings. */
    static JavaProgram prepare(Layout layout, ClusterConfig config) throws Exception {
        int port = Ports.lasting("Kafka", config.ports().kafka());
        Properties settings = KafkaSetup.settings(layout.kafka(), port, Ports.lasting("Kafka's controller", 0));
        config.kafkaBehindProxy().ifPresent(second -> add(settings, second));
        KafkaSetup.formatOnce(layout.kafka());
        Path file = layout.clusterSettings().resolve("server.properties");
        Files.createDirectories(layout.clusterSettings());
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.store(writer, "Written by tidemark at each start.");
        }
        return new JavaProgram(
                Role.KAFKA,
                0,
                port,
                layout,
                OwnClassPath.jars(),
                List.of("-Xmx512m", "-XX:+UseSerialGC", "kafka.Kafka", file.toString()),
                () -> accepts(port));
    }

    private static void add(Properties settings, ClusterConfig.SecondListener second) {
        append(settings, "listeners", "PROXIED://" + Ports.LOOPBACK + ":" + second.port());
        append(settings, "advertised.listeners", "PROXIED://" + Ports.LOOPBACK + ":" + second.advertisedPort());
        append(settings, "listener.security.protocol.map", "PROXIED:PLAINTEXT");
    }

    private static void append(Properties settings, String key, String value) {
        settings.setProperty(key, settings.getProperty(key) + "," + value);
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
