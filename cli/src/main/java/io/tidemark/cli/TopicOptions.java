package io.tidemark.cli;

import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.RequiredTopics;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What topics are to be like that do not exist yet. */
final class TopicOptions {
    @Option(
            names = "--partitions",
            paramLabel = "N",
            converter = AtLeastOne.class,
            defaultValue = "4",
            description = "Partitions of topics that do not exist yet.")
    private int partitions = 4;

    @Option(
            names = "--replication",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description =
                    "Replicas of topics that do not exist yet, in a Kafka of your own; by default the broker's default.")
    private @Nullable Integer replication;

    int partitions() {
        return partitions;
    }

    /** Empty for the broker's default. */
    Optional<Short> replication() {
        return Optional.ofNullable(replication).map(Integer::shortValue);
    }

    /** Makes the topics that a Kafka of the user's own lacks, and says so. */
    void create(KafkaSettings kafka, PrintWriter err) {
        List<String> made = new RequiredTopics(kafka).create(partitions, replication());
        if (!made.isEmpty()) {
            err.printf("Made %s in %s%n", String.join(", ", made), kafka);
            err.flush();
        }
    }
}
