package io.tidemark.collect.http;

import io.github.bucket4j.TimeMeter;
import io.tidemark.collect.intake.Intake;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** An HTTP server that takes page views, and sends them to Kafka by an {@link Intake}. */
public final class Collector implements AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private static final int MAX_HEADER_BYTES = 16 << 10;

    private final Server server;
    private final ServerConnector connector;
    private final Intake intake;
    private final CollectorConfig config;

    private Collector(Server server, ServerConnector connector, Intake intake, CollectorConfig config) {
        this.server = server;
        this.connector = connector;
        this.intake = intake;
        this.config = config;
    }

    /**
     * Starts to listen.
     *
     * @param intake is closed with the collector, and at once if it cannot start
     * @throws IOException if it cannot, as when the port is taken
     */
    public static Collector start(CollectorConfig config, Intake intake) throws IOException {
        QueuedThreadPool threads = new QueuedThreadPool(32, 4);
        threads.setName("collector");
        threads.setDaemon(true);
        Server server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        ServerConnector connector = new ServerConnector(server, 1, 1, connections(config, http));
        connector.setHost(config.bind());
        connector.setPort(config.port());
        connector.setIdleTimeout(IDLE.toMillis());
        connector.setAcceptQueueSize(512);
        // Connections that are only kept alive need not be waited for.
        connector.setShutdownIdleTimeout(200);
        server.addConnector(connector);
        EventDoor door = new EventDoor(config, intake, Clock.systemUTC(), TimeMeter.SYSTEM_NANOTIME);
        server.setHandler(
                new GracefulHandler(new CollectorHandler(config, intake, door, new CollectorMetrics(intake))));
        server.setErrorHandler(new JsonErrors());
        server.setStopTimeout(DRAIN.toMillis());
        Collector collector = new Collector(server, connector, intake, config);
        try {
            server.start();
        } catch (Exception e) {
            collector.close();
            throw new IOException(
                    "Cannot listen on %s:%d: %s".formatted(config.bind(), config.port(), e.getMessage()), e);
        }
        return collector;
    }

    private static ConnectionFactory[] connections(CollectorConfig config, HttpConfiguration http) {
        CollectorConfig.Tls tls = config.tls();
        if (tls == null) {
            return new ConnectionFactory[] {new HttpConnectionFactory(http)};
        }
        http.addCustomizer(new SecureRequestCustomizer(false));
        SslContextFactory.Server context = new SslContextFactory.Server();
        context.setKeyStorePath(tls.keyStore().toAbsolutePath().toString());
        context.setKeyStoreType("PKCS12");
        context.setKeyStorePassword(tls.password());
        HttpConnectionFactory inside = new HttpConnectionFactory(http);
        return new ConnectionFactory[] {new SslConnectionFactory(context, inside.getProtocol()), inside};
    }

    /** Where it listens, without a path. */
    public URI address() {
        String host = config.bind().contains(":") ? "[" + config.bind() + "]" : config.bind();
        return URI.create(
                "%s://%s:%d".formatted(config.tls() == null ? "http" : "https", host, connector.getLocalPort()));
    }

    /** Takes no more requests, answers those that it has, and closes the intake. */
    @Override
    public void close() throws IOException {
        try (intake) {
            server.stop();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("The collector did not end well: " + e.getMessage(), e);
        }
    }
}
