package io.tidemark.bench.input;

import io.tidemark.collect.accesslog.AccessLogParser;
import io.tidemark.collect.accesslog.LogFormat;
import io.tidemark.collect.accesslog.UnparseableLineException;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEvent;
import io.tidemark.stream.enrich.Enrichment;
import io.tidemark.stream.enrich.GeoLookup;
import io.tidemark.stream.enrich.IpPolicy;
import io.tidemark.stream.enrich.VisitorIds;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/**
 * A real access log in memory, to be taken again and again as the events of a workload, the last time with its own times and
 * before that with earlier ones, so that none is in the future. Left out are lines
 * that are no event, and those whose host or referrer enrichment changes: peers do not enrich, and would be wrong for that.
 * The rest is in the order of event time, so that nobody has to drop what comes late.
 */
public final class EventLog {
    private static final String SITE = "localhost";

    /** Times that the log begins again at; whole windows of any usual size. */
    private static final long STEP_MILLIS = Duration.ofHours(1).toMillis();

    private final String name;
    private final List<RawEvent> raw;
    private final long spanMillis;

    private EventLog(String name, List<RawEvent> raw) {
        this.name = name;
        this.raw = List.copyOf(raw);
        long first = raw.get(0).eventTimeMillis();
        long last = raw.get(raw.size() - 1).eventTimeMillis();
        this.spanMillis = ((last - first) / STEP_MILLIS + 1) * STEP_MILLIS;
    }

    /**
     * Reads a log.
     *
     * @param file of a format that {@code tidemark import} tells by itself; plain, or gzip if its name ends with .gz
     * @throws IOException if it cannot be read, or none of its lines is of use
     */
    public static EventLog read(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        AccessLogParser parser = new AccessLogParser(LogFormat.AUTO, SITE);
        Enrichment enrichment = Enrichment.of(GeoLookup.open(null), VisitorIds.withFixedSalt(), IpPolicy.TRUNCATE);
        List<RawEvent> events = new ArrayList<>();
        try (InputStream bytes = Files.newInputStream(file);
                BufferedReader lines = new BufferedReader(new InputStreamReader(
                        name.endsWith(".gz") ? new GZIPInputStream(bytes) : bytes, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    RawEvent event = parser.parse(line);
                    EnrichedEvent enriched = enrichment.enrich(event);
                    if (event.host().equals(enriched.host()) && Objects.equals(event.referrer(), enriched.referrer())) {
                        events.add(event);
                    }
                } catch (UnparseableLineException | InvalidEventException notOfUse) {
                    // Left out.
                }
            }
        }
        if (events.isEmpty()) {
            throw new IOException("No line of %s is an event".formatted(file));
        }
        events.sort(Comparator.comparingLong(RawEvent::eventTimeMillis));
        return new EventLog(name, events);
    }

    /** Of the file. */
    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }

    /**
     * The events of one partition: partitions take the log's events in turn.
     *
     * @throws IllegalArgumentException if there are so many that the first would be before 1970, which Kafka does not take
     */
    Events events(int partition, Workload workload) {
        int partitions = workload.partitions();
        long number = workload.eventsOf(partition);
        long lastPass = (workload.events() - 1) / raw.size();
        if (raw.get(0).eventTimeMillis() - lastPass * spanMillis < 0) {
            throw new IllegalArgumentException(
                    "%,d events are too many of %s: taken %d times, it would begin before 1970"
                            .formatted(workload.events(), name, lastPass + 1));
        }
        return new Events() {
            private final Enrichment enrichment =
                    Enrichment.of(GeoLookup.open(null), VisitorIds.withFixedSalt(), IpPolicy.TRUNCATE);
            private long made;

            @Override
            public boolean hasNext() {
                return made < number;
            }

            @Override
            public RawEvent next() {
                long index = made * partitions + partition;
                made++;
                RawEvent event = raw.get((int) (index % raw.size()));
                return new RawEvent(
                        event.host(),
                        event.eventTimeMillis() - (lastPass - index / raw.size()) * spanMillis,
                        event.url(),
                        event.referrer(),
                        event.userAgent(),
                        event.ip(),
                        event.headers());
            }

            @Override
            public EnrichedEvent nextEnriched() {
                try {
                    return enrichment.enrich(next());
                } catch (InvalidEventException e) {
                    throw new IllegalStateException("An event of %s is invalid now".formatted(name), e);
                }
            }
        };
    }
}
