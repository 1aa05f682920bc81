package io.tidemark.stream;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Kafka answers, for those who watch a job: its clients wait in silence while it does not. Asks once a second, in a
 * thread of its own.
 */
public final class KafkaWatch implements AutoCloseable {
    /** Seconds since Kafka last answered, 0 if it answers. */
    public static final String SECONDS = "waitingForKafkaSeconds";

    private static final Logger LOG = LoggerFactory.getLogger(KafkaWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(1);

    /** Less is no outage: an answer may take as long. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

    private final Probe probe;
    private final Clock clock;
    private volatile long answeredAtMillis;

    private KafkaWatch(Probe probe, Clock clock) {
        this.probe = probe;
        this.clock = clock;
        this.answeredAtMillis = clock.millis();
    }

    /** Asks Kafka for a sign of life. */
    interface Probe extends AutoCloseable {
        /** Returns if there is one. */
        void ask() throws Exception;

        @Override
        void close();
    }

    /** Begins to watch, and shows it as a metric of the operator. */
    public static KafkaWatch start(KafkaSettings kafka, MetricGroup metrics) {
        ScheduledProbe probe = new ScheduledProbe(kafka);
        KafkaWatch watch = new KafkaWatch(probe, Clock.systemUTC());
        metrics.gauge(SECONDS, (Gauge<Long>) watch::seconds);
        probe.every(EVERY, watch::look);
        return watch;
    }

    /** For a test: asks only when told to. */
    static KafkaWatch of(Probe probe, Clock clock) {
        return new KafkaWatch(probe, clock);
    }

    void look() {
        try {
            probe.ask();
            answeredAtMillis = clock.millis();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("Kafka has not answered for {} s: {}", seconds(), e.getMessage());
        }
    }

    long seconds() {
        long silent = clock.millis() - answeredAtMillis;
        return silent <= ANSWER_WITHIN.plus(EVERY).toMillis() ? 0 : silent / 1000;
    }

    @Override
    public void close() {
        probe.close();
    }

    private static final class ScheduledProbe implements Probe {
        private final KafkaSettings kafka;
        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread watching = new Thread(work, "watch-kafka");
            watching.setDaemon(true);
            return watching;
        });

        /** Made by the thread, when first needed: even a name that cannot be resolved is no reason to fail a job. */
        private @Nullable Admin admin;

        ScheduledProbe(KafkaSettings kafka) {
            this.kafka = kafka;
        }

        void every(Duration interval, Runnable look) {
            ScheduledFuture<?> untilClosed =
                    thread.scheduleWithFixedDelay(look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debug("Watching Kafka: {}", untilClosed);
        }

        @Override
        public void ask() throws InterruptedException, ExecutionException {
            Admin open = admin;
            if (open == null) {
                open = Admin.create(kafka.toProperties());
                admin = open;
            }
            DescribeClusterOptions within = new DescribeClusterOptions().timeoutMs((int) ANSWER_WITHIN.toMillis());
            LOG.trace(
                    "Kafka has {} brokers",
                    open.describeCluster(within).nodes().get().size());
        }

        /** The thread itself closes what it has opened, once its last question is answered or given up. */
        @Override
        public void close() {
            thread.execute(() -> {
                if (admin != null) {
                    admin.close(Duration.ZERO);
                }
            });
            thread.shutdown();
        }
    }
}
