package io.tidemark.chaos.run;

import static java.util.Objects.requireNonNull;

import io.tidemark.chaos.check.Database;
import io.tidemark.chaos.check.TopicsReader;
import io.tidemark.cli.embedded.KafkaSetup;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes database and topics anew, under the names that the jobs know. */
final class Workplace {
    private static final Logger LOG = LoggerFactory.getLogger(Workplace.class);
    private static final String RAW = "web-events";
    private static final List<String> TOPICS = List.of(RAW, "process_events_kafka", "web-events-rejected");
    private static final List<String> GROUPS = List.of("tidemark-enrich", "tidemark-aggregate", "tidemark-session");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Admin admin;
    private final Database server;
    private final Database database;
    private final String bootstrap;

    Workplace(Admin admin, Database server, Database database, String bootstrap) {
        this.admin = admin;
        this.server = server;
        this.database = database;
        this.bootstrap = bootstrap;
    }

    /** Returns the id of the raw topic. */
    String prepare(int partitions) throws Exception {
        prepareDatabase();
        deleteTopics();
        // A broker of before may still be on its way down, or up.
        until("topics", () -> {
            KafkaSetup.createTopics(bootstrap, partitions);
            return true;
        });
        // The broker that made a topic may not know it for a moment.
        until("the topics to be known", () -> {
            try {
                return !rawTopicId().isEmpty();
            } catch (ExecutionException notYet) {
                LOG.debug("The topics are not known yet", notYet);
                return false;
            }
        });
        return rawTopicId();
    }

    private String rawTopicId() throws Exception {
        TopicDescription raw = admin.describeTopics(TOPICS)
                .allTopicNames()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .get(RAW);
        return TopicsReader.uuid(requireNonNull(raw, RAW).topicId());
    }

    private void prepareDatabase() throws SQLException {
        server.execute("drop database if exists " + database.name() + " with (force)");
        server.execute("create database " + database.name());
        int applied =
                Migrations.apply(new StoreConfig(database.url(database.port()), database.user(), database.password()));
        LOG.debug("Applied {} migrations to {}", applied, database.name());
    }

    private void deleteTopics() throws Exception {
        for (KafkaFuture<Void> each :
                admin.deleteTopics(TOPICS).topicNameValues().values()) {
            ignoring(each);
        }
        for (KafkaFuture<Void> each :
                admin.deleteConsumerGroups(GROUPS).deletedGroups().values()) {
            ignoring(each);
        }
        until("the end of the topics", () -> {
            Set<String> there = admin.listTopics().names().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return TOPICS.stream().noneMatch(there::contains);
        });
    }

    private static void ignoring(KafkaFuture<Void> done) throws Exception {
        try {
            done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                LOG.debug("Not deleted", e);
            }
        }
    }

    private static void until(String what, Attempt attempt) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!attempt.works()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Waited in vain for " + what);
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
    }

    /** What is tried until it works. */
    @FunctionalInterface
    private interface Attempt {
        boolean works() throws Exception;
    }
}
