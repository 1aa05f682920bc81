package io.tidemark.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a server on the loopback interface that can be taken away: connections end, and new ones are refused. */
public final class Forwarder implements AutoCloseable {
    private final int port;
    private final int target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private ServerSocket listener;

    private Forwarder(int port, int target) throws IOException {
        this.port = port;
        this.target = target;
        this.listener = listen();
    }

    /**
     * Begins to forward.
     *
     * @param port where it is reached; none that an outgoing connection could take while the way is away
     */
    public static Forwarder open(int port, int target) throws IOException {
        return new Forwarder(port, target);
    }

    public int port() {
        return port;
    }

    /** Ends all connections, and has new ones refused. */
    public synchronized void takeAway() throws IOException {
        listener.close();
        sockets.forEach(Forwarder::end);
    }

    /** Takes connections again. */
    public synchronized void bringBack() throws IOException {
        if (listener.isClosed()) {
            listener = listen();
        }
    }

    private ServerSocket listen() throws IOException {
        ServerSocket open = new ServerSocket();
        open.setReuseAddress(true);
        open.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        start(() -> accept(open));
        return open;
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                sockets.add(client);
                Socket server = connect(client);
                sockets.add(server);
                start(() -> pump(client, server));
                start(() -> pump(server, client));
                if (from.isClosed()) {
                    end(client);
                    end(server);
                }
            } catch (IOException closed) {
                // Taken away, or the server is: the client sees an end either way.
            }
        }
    }

    private Socket connect(Socket client) throws IOException {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), target);
        } catch (IOException e) {
            sockets.remove(client);
            client.close();
            throw e;
        }
    }

    /** Hands on what comes until one side ends; then both do. */
    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // By either side, or taken away.
        } finally {
            sockets.remove(from);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot close " + socket, e);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "forwarder");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        takeAway();
    }
}
