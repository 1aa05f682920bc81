package io.tidemark.chaos.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP proxy on the loopback interface. Its link can be slowed down, cut in one direction (bytes wait, as those do that
 * TCP sends again and again), or reset; and it can lose what Postgres answers to a COMMIT. Of several disturbances at
 * once, each lasts until it is ended itself.
 */
public final class LinkProxy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkProxy.class);
    private static final int BUFFER = 64 * 1024;
    private static final int CONNECT_MILLIS = 5_000;

    private final ServerSocket listener;
    private final Gate gate = new Gate();
    private final Set<Disturbance> losses = ConcurrentHashMap.newKeySet();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile int targetPort;

    private LinkProxy(ServerSocket listener) {
        this.listener = listener;
    }

    /** A proxy on a free port, that forwards to nowhere as yet. */
    public static LinkProxy open() throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        LinkProxy proxy = new LinkProxy(listener);
        start("proxy-" + listener.getLocalPort(), proxy::accept);
        return proxy;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Where new connections go on to, on the loopback interface. */
    public void forwardTo(int port) {
        targetPort = port;
    }

    /** Lets every chunk of bytes wait, in both directions. */
    public Disturbance delay(Duration each) {
        return gate.delay(each);
    }

    /** Lets nothing pass in that direction. */
    public Disturbance cut(Direction direction) {
        return gate.shut(direction);
    }

    /** Resets all connections; new ones work. Returns how many there were. */
    public int reset() {
        List<Connection> open = List.copyOf(connections);
        open.forEach(Connection::reset);
        return open.size();
    }

    /** Loses the next so many answers to a COMMIT after writes, each with its connection. */
    public Disturbance loseCommitAnswers(int count) {
        Disturbance loss = new Disturbance(count, losses::remove);
        losses.add(loss);
        return loss;
    }

    /** Asked by every connection. */
    private boolean losesThis() {
        return losses.stream().anyMatch(Disturbance::meet);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                start("proxy-connect", () -> connect(client));
            } catch (IOException e) {
                LOG.debug("Proxy {} takes no connection", port(), e);
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        try {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort), CONNECT_MILLIS);
        } catch (IOException e) {
            reset(client);
            reset(server);
            return;
        }
        Connection connection = new Connection(client, server);
        connections.add(connection);
        start("proxy-requests", () -> connection.pump(Direction.REQUESTS));
        connection.pump(Direction.ANSWERS);
        if (listener.isClosed()) {
            connection.reset();
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Closes at once, and tells the other side by a reset. */
    private static void reset(Socket socket) {
        try {
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            LOG.debug("No reset, just an end", e);
        }
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("Cannot close", e);
        }
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private final CommitAnswers commits = new CommitAnswers(LinkProxy.this::losesThis);
        private final AtomicInteger open = new AtomicInteger(2);

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pump(Direction direction) {
            boolean answers = direction == Direction.ANSWERS;
            Socket from = answers ? server : client;
            Socket to = answers ? client : server;
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    gate.pass(direction);
                    if (answers && commits.holdsAnswerToLose(buffer, read)) {
                        reset();
                        return;
                    }
                    out.write(buffer, 0, read);
                }
                gate.pass(direction);
                to.shutdownOutput();
                if (open.decrementAndGet() == 0) {
                    reset();
                }
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                reset();
            }
        }

        void reset() {
            connections.remove(this);
            LinkProxy.reset(client);
            LinkProxy.reset(server);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        gate.open();
        reset();
    }
}
