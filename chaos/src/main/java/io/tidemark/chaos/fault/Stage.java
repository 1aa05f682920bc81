package io.tidemark.chaos.fault;

import static java.util.Objects.requireNonNull;

import io.tidemark.chaos.check.Database;
import io.tidemark.chaos.proxy.LinkProxy;
import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.cluster.ProcessInfo;
import io.tidemark.cli.cluster.Role;
import java.util.List;
import java.util.Optional;

/** What faults are done to. */
public record Stage(
        Cluster cluster, LinkProxy postgresLink, LinkProxy kafkaLink, Database database, Operator operator) {
    public Stage {
        requireNonNull(cluster, "cluster is null");
        requireNonNull(postgresLink, "postgresLink is null");
        requireNonNull(kafkaLink, "kafkaLink is null");
        requireNonNull(database, "database is null");
        requireNonNull(operator, "operator is null");
    }

    /** The living processes of that role. */
    List<ProcessHandle> living(Role role) {
        return cluster.processes().stream()
                .filter(process -> process.role() == role)
                .map(ProcessInfo::find)
                .flatMap(Optional::stream)
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    LinkProxy link(Link link) {
        return link == Link.POSTGRES ? postgresLink : kafkaLink;
    }

    /** The links that go through a proxy. */
    enum Link {
        POSTGRES("the Postgres link"),
        KAFKA("the Kafka link");

        private final String words;

        Link(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }
}
