package io.tidemark.cli;

import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
}
