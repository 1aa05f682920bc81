package io.tidemark.cli.jobs;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import java.nio.file.Path;
import java.util.List;

/**
 * What a job runs on and works with.
 *
 * @param flink REST endpoint of a session cluster, as {@code host:port}
 * @param jars the jobs' classes for a cluster that does not have them; empty for the embedded one, which does
 */
public record Target(KafkaSettings kafka, StoreConfig store, String flink, List<Path> jars) {
    public Target {
        requireNonNull(kafka, "kafka is null");
        requireNonNull(store, "store is null");
        jars = List.copyOf(jars);
        flink = requireHostAndPort(flink);
    }

    static String requireHostAndPort(String flink) {
        if (!flink.matches("[^:/ ]+:[0-9]{1,5}|\\[[0-9a-fA-F:]+]:[0-9]{1,5}")) {
            throw new IllegalArgumentException(
                    "Flink's address must be host:port of its REST endpoint, such as localhost:8081; was \"" + flink
                            + "\"");
        }
        return flink;
    }

    /** What a stack of this process started or was given. */
    public static Target of(Stack stack) {
        return new Target(stack.kafka(), stack.store(), stack.addresses().flink(), List.of());
    }

    /** A stack without servers of the user's own. */
    public static Target of(StackAddresses stack) {
        return new Target(KafkaSettings.of(stack.bootstrap()), stack.store(), stack.flink(), List.of());
    }

    String flinkHost() {
        return host(flink);
    }

    int flinkPort() {
        return port(flink);
    }

    static String host(String address) {
        return address.substring(0, address.lastIndexOf(':'));
    }

    static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
