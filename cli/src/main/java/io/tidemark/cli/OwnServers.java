package io.tidemark.cli;

import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a command that starts the stack leaves to servers of the user's own. */
final class OwnServers {
    private OwnServers() {}

    /** Checks that the servers chosen answer, and makes the topics that are missing, before anything starts. */
    static External reachable(KafkaOptions kafka, PostgresOptions postgres, TopicOptions topics, PrintWriter err) {
        KafkaSettings ownKafka = kafka.chosen().orElse(null);
        StoreConfig ownPostgres = postgres.chosen().orElse(null);
        if (ownPostgres != null) {
            PostgresOptions.reachable(ownPostgres);
        }
        if (ownKafka != null) {
            topics.create(ownKafka, err);
        }
        return new External(
                ownKafka,
                kafka.configFile().map(Path::toString).orElse(null),
                kafka.properties(),
                ownPostgres,
                postgres.passwordFile().map(Path::toString).orElse(null));
    }

    /** "Starting …" for people. */
    static String starting(External external) {
        List<String> parts = new ArrayList<>();
        if (external.kafka() == null) {
            parts.add("Kafka");
        }
        if (external.postgres() == null) {
            parts.add("PostgreSQL");
        }
        parts.add("Flink");
        String last = parts.remove(parts.size() - 1);
        return "Starting " + (parts.isEmpty() ? last : String.join(", ", parts) + " and " + last);
    }

    /** How psql gets at the password, if a file holds it. */
    static void printPassword(PrintWriter out, StackAddresses addresses) {
        if (addresses.postgresPasswordFile() != null) {
            out.printf("              for psql: export PGPASSWORD=$(cat '%s')%n", addresses.postgresPasswordFile());
        }
    }

    /** Keeps in the data folder which servers its jobs work with. */
    static void remember(Layout layout, StackAddresses addresses) throws IOException {
        Files.createDirectories(layout.jobs());
        Files.writeString(
                file(layout),
                said(
                        addresses.externalKafka() ? addresses.bootstrap() : null,
                        addresses.externalPostgres() ? addresses.jdbcUrl() : null));
    }

    /**
     * Makes sure that the jobs of a data folder go on with the servers that they worked with: with another Kafka, they would
     * go on at offsets that mean nothing there, and pass over events.
     *
     * @throws StackException naming those servers
     */
    static void requireRemembered(Layout layout, External external) throws IOException {
        if (!Files.exists(file(layout))) {
            return;
        }
        KafkaSettings kafka = external.kafka();
        StoreConfig postgres = external.postgres();
        String now =
                said(kafka == null ? null : kafka.bootstrapServers(), postgres == null ? null : postgres.address());
        String then = Files.readString(file(layout));
        if (!now.equals(then)) {
            throw new StackException(
                    "The jobs of %s work with %s, not with %s. Name those (--kafka, --postgres); if they are the same by another name, delete %s; if the jobs are to start anew, delete %s"
                            .formatted(layout.data(), then, now, file(layout), layout.jobs()));
        }
    }

    private static Path file(Layout layout) {
        return layout.jobs().resolve("servers");
    }

    private static String said(@Nullable String kafka, @Nullable String postgres) {
        return "%s and %s"
                .formatted(
                        kafka == null ? "the embedded Kafka" : "Kafka at " + kafka,
                        postgres == null ? "the embedded PostgreSQL" : postgres);
    }
}
