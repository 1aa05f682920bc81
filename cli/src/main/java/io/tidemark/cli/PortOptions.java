package io.tidemark.cli;

import io.tidemark.cli.embedded.ServerPorts;
import picocli.CommandLine.Option;

/** Where the servers are to listen that a command starts. */
final class PortOptions {
    @Option(names = "--kafka-port", paramLabel = "PORT", defaultValue = "0", description = "0 is any free one.")
    private int kafka;

    @Option(names = "--postgres-port", paramLabel = "PORT", defaultValue = "0", description = "0 is any free one.")
    private int postgres;

    @Option(names = "--flink-port", paramLabel = "PORT", defaultValue = "0", description = "0 is any free one.")
    private int flink;

    /**
     * What was chosen.
     *
     * @throws IllegalArgumentException for what is no port
     */
    ServerPorts chosen() {
        return new ServerPorts(kafka, postgres, flink);
    }
}
