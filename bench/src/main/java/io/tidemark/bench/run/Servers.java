package io.tidemark.bench.run;

import io.tidemark.bench.input.Oracle;
import io.tidemark.bench.input.TopicLoader;
import io.tidemark.bench.input.Workload;
import io.tidemark.cli.cluster.DataServers;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.RequiredTopics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Kafka with a workload's events, and PostgreSQL; kept in a folder, so that the next time they are there already. */
final class Servers implements AutoCloseable {
    private final DataServers servers;
    private final Workload workload;
    private final Oracle oracle;

    private Servers(DataServers servers, Workload workload, Oracle oracle) {
        this.servers = servers;
        this.workload = workload;
        this.oracle = oracle;
    }

    /** Which topic the work reads. */
    enum Input {
        RAW,
        ENRICHED
    }

    static Path data(Path folder, Workload workload, Input input) {
        return folder.resolve(input.name().toLowerCase(Locale.ROOT) + "-" + workload.id());
    }

    static Servers start(Path folder, Workload workload, Input input, TumblingWindows windows) throws Exception {
        Path data = data(folder, workload, input);
        Path loaded = data.resolve("loaded");
        DataServers servers = DataServers.start(data);
        boolean ready = false;
        try {
            Migrations.apply(servers.store());
            TopicLoader loader = new TopicLoader(workload, windows);
            Oracle oracle;
            if (Files.exists(loaded)) {
                oracle = loader.count();
            } else {
                createTopics(
                        servers.bootstrap(),
                        workload.partitions(),
                        List.of(Topics.RAW, Topics.ENRICHED, Topics.REJECTED));
                oracle = input == Input.RAW
                        ? loader.loadRaw(servers.bootstrap())
                        : loader.loadEnriched(servers.bootstrap());
                Files.writeString(loaded, workload + "\n");
            }
            ready = true;
            return new Servers(servers, workload, oracle);
        } finally {
            if (!ready) {
                servers.close();
            }
        }
    }

    DataServers processes() {
        return servers;
    }

    String bootstrap() {
        return servers.bootstrap();
    }

    StoreConfig store() {
        return servers.store();
    }

    Oracle oracle() {
        return oracle;
    }

    /** Makes topics of that name anew, empty. */
    void renew(List<String> topics) throws Exception {
        createTopics(bootstrap(), workload.partitions(), topics);
    }

    /** Deletes those that a program made for itself, named after its group. */
    void deleteTopicsOf(String group) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            delete(
                    admin,
                    admin.listTopics().names().get().stream()
                            .filter(each -> each.startsWith(group))
                            .toList());
        }
    }

    /** Makes the topics of {@link ResultTopics}, empty. */
    void makeResultTopics() throws Exception {
        List<String> topics = List.of(ResultTopics.BY_HOST, ResultTopics.BY_HOST_AND_REFERRER);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            delete(admin, topics);
            admin.createTopics(topics.stream()
                            .map(each -> new NewTopic(each, workload.partitions(), (short) 1))
                            .toList())
                    .all()
                    .get();
        }
    }

    private static void createTopics(String bootstrap, int partitions, List<String> topics) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            delete(admin, topics);
        }
        new RequiredTopics(KafkaSettings.of(bootstrap)).create(partitions, Optional.of((short) 1));
    }

    private static void delete(Admin admin, List<String> topics) throws Exception {
        Set<String> there = admin.listTopics().names().get();
        admin.deleteTopics(topics.stream().filter(there::contains).toList())
                .all()
                .get();
        while (admin.listTopics().names().get().stream().anyMatch(topics::contains)) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        servers.close();
    }
}
