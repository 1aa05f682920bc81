package io.tidemark.cli.embedded;

/**
 * Where the servers are to listen that are started here; 0 is any free port.
 *
 * @param flink of REST endpoint and page
 */
public record ServerPorts(int kafka, int postgres, int flink) {
    public static final ServerPorts ANY = new ServerPorts(0, 0, 0);

    public ServerPorts {
        requirePort("Kafka", kafka);
        requirePort("PostgreSQL", postgres);
        requirePort("Flink", flink);
    }

    private static void requirePort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " port must be between 0 (any free one) and 65535; was " + port);
        }
    }
}
