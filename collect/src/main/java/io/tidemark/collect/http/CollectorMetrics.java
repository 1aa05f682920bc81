package io.tidemark.collect.http;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import io.tidemark.collect.intake.Intake;
import io.tidemark.collect.intake.Kept;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * What the collector counts, for Prometheus. Every event of a request that was not refused as a whole is acknowledged or skipped; those
 * acknowledged are in Kafka, once drained, but for repeats.
 */
final class CollectorMetrics {
    /** The format's media type. */
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter requests = Counter.builder()
            .name("tidemark_collect_requests_total")
            .help("Requests answered, by path and status")
            .labelNames("path", "status")
            .register(registry);
    private final Counter refusals = Counter.builder()
            .name("tidemark_collect_refusals_total")
            .help("Requests that were refused, by reason")
            .labelNames("reason")
            .register(registry);
    private final Counter events = Counter.builder()
            .name("tidemark_collect_events_total")
            .help(
                    "Events acknowledged, by where they are safe, repeats among them; skipped are those left out on request")
            .labelNames("kept")
            .register(registry);
    private final Histogram seconds = Histogram.builder()
            .name("tidemark_collect_event_seconds")
            .help("From a request with events to its answer")
            .unit(Unit.SECONDS)
            .classicUpperBounds(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
            .register(registry);

    CollectorMetrics(Intake intake) {
        CounterWithCallback.builder()
                .name("tidemark_collect_repeats_total")
                .help("Events that came again with the id of an earlier one, and were not sent to Kafka again")
                .callback(callback -> callback.call((double) intake.repeats()))
                .register(registry);
        gauge("tidemark_collect_pending_events", "Events that Kafka has not acknowledged yet", intake::pendingEvents);
        gauge("tidemark_collect_spooled_events", "Of these, those on disk", intake::spooledEvents);
        gauge("tidemark_collect_ready", "1 while Kafka answers", () -> intake.isReady() ? 1 : 0);
        for (Refusal each : Refusal.values()) {
            refusals.initLabelValues(each.code());
        }
    }

    private void gauge(String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) value.getAsLong()))
                .register(registry);
    }

    void answered(String path, int status) {
        requests.labelValues(path, Integer.toString(status)).inc();
    }

    void refused(Refusal refusal) {
        refusals.labelValues(refusal.code()).inc();
    }

    void kept(Kept where, int count, long nanos) {
        events.labelValues(where.name().toLowerCase(Locale.ROOT)).inc(count);
        seconds.observe(nanos / 1e9);
    }

    void skipped(int count) {
        events.labelValues("skipped").inc(count);
    }

    /** All of it in Prometheus' text format. */
    byte[] text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
