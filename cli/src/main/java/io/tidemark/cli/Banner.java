package io.tidemark.cli;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.jobs.JobKind;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Map;

/** Where the parts can be found of what is up, for people. */
final class Banner {
    private Banner() {}

    /**
     * Prints it.
     *
     * @param event what has happened, such as "Up after 4.2 s"
     * @param process what the process is that keeps it up
     * @param jobs pages of the jobs that have gone on
     */
    static void print(
            PrintWriter out,
            String event,
            String process,
            StackAddresses addresses,
            Layout layout,
            Map<JobKind, URI> jobs) {
        out.printf("%s on %s (%s %d)%n", event, layout.data(), process, addresses.pid());
        out.printf("  Kafka       %s%s%n", addresses.bootstrap(), addresses.externalKafka() ? " (yours)" : "");
        out.printf("  PostgreSQL  %s%s%n", addresses.postgresUrl(), addresses.externalPostgres() ? " (yours)" : "");
        OwnServers.printPassword(out, addresses);
        out.printf("  Flink       %s%n", addresses.flinkPage());
        jobs.forEach((kind, page) -> out.printf("  %-10s  %s%n", kind, page));
        out.printf("  Logs        %s%n", layout.logs());
        out.flush();
    }
}
