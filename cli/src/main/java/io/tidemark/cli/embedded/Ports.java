package io.tidemark.cli.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports on the loopback interface. */
final class Ports {
    static final String LOOPBACK = "127.0.0.1";

    private Ports() {}

    /** The port itself if it is free, a free one for 0. */
    static int free(String server, int wanted) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StackException(
                    "Port %d for %s is in use (%s); give another one, or 0 for any free one"
                            .formatted(wanted, server, e.getMessage()),
                    e);
        }
    }
}
