package io.tidemark.cli.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports on the loopback interface. */
public final class Ports {
    public static final String LOOPBACK = "127.0.0.1";

    /** Below the ports that systems give to outgoing connections (from 32,768 on Linux, 49,152 elsewhere). */
    private static final int LOWEST_LASTING = 20_000;

    private static final int HIGHEST_LASTING = 32_000;
    private static final int ATTEMPTS = 1_000;
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** The port itself if it is free, a free one for 0. */
    public static int free(String server, int wanted) {
        try {
            return bind(wanted);
        } catch (IOException e) {
            throw new StackException(
                    "Port %d for %s is in use (%s); give another one, or 0 for any free one"
                            .formatted(wanted, server, e.getMessage()),
                    e);
        }
    }

    /**
     * As {@link #free}, for a server that is to come back on the same port after it has died. Of the ports for outgoing
     * connections, one could be taken by then, even by a client's attempt to reach the server itself.
     */
    public static int lasting(String server, int wanted) {
        if (wanted != 0) {
            return free(server, wanted);
        }
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_LASTING, HIGHEST_LASTING);
            try {
                if (GIVEN.add(port)) {
                    return bind(port);
                }
            } catch (IOException taken) {
                // Another one, then.
            }
        }
        throw new StackException("Found no free port for %s between %d and %d; name one"
                .formatted(server, LOWEST_LASTING, HIGHEST_LASTING));
    }

    private static int bind(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket.getLocalPort();
        }
    }
}
