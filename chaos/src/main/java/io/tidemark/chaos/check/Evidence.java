package io.tidemark.chaos.check;

import static java.util.Objects.requireNonNull;

import io.tidemark.chaos.traffic.Expected.WindowHost;
import io.tidemark.chaos.traffic.Expected.WindowReferrer;
import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found in the topics and tables after a run.
 *
 * @param topicId Kafka's id of the raw topic
 * @param raw the raw topic: ids of the records by their place
 * @param rawEnds the raw topic's end offsets by partition
 * @param forwarded the second topic, each partition in the order of its log
 * @param rejected the topic of rejected records
 * @param rows the table of events
 * @param rejectedRows the table of rejections
 * @param groups page views of each window and host, by the table of an aggregate
 * @param views the rows of the table of events that have a visitor
 * @param sessions the table of sessions
 */
public record Evidence(
        String topicId,
        Map<Place, Long> raw,
        Map<Integer, Long> rawEnds,
        List<Forwarded> forwarded,
        List<Returned> rejected,
        List<Row> rows,
        List<RejectedRow> rejectedRows,
        List<LedgerRow> ledger,
        Map<WindowHost, Long> byHost,
        Map<WindowReferrer, Long> byReferrer,
        Map<String, Map<WindowHost, Long>> groups,
        List<View> views,
        List<Session> sessions) {

    public Evidence {
        requireNonNull(topicId, "topicId is null");
        raw = Map.copyOf(raw);
        rawEnds = Map.copyOf(rawEnds);
        forwarded = List.copyOf(forwarded);
        rejected = List.copyOf(rejected);
        rows = List.copyOf(rows);
        rejectedRows = List.copyOf(rejectedRows);
        ledger = List.copyOf(ledger);
        byHost = Map.copyOf(byHost);
        byReferrer = Map.copyOf(byReferrer);
        groups = Map.copyOf(groups);
        views = List.copyOf(views);
        sessions = List.copyOf(sessions);
    }

    /** Where an event came from: topic and place. */
    public record Source(String topicId, Place place) {
        public Source {
            requireNonNull(topicId, "topicId is null");
            requireNonNull(place, "place is null");
        }
    }

    /**
     * A record of the second topic.
     *
     * @param source null if it does not say where it came from
     * @param event null if it cannot be read; it has no user agent
     */
    public record Forwarded(int partition, @Nullable Source source, Outcome.@Nullable Stored event) {}

    /**
     * A record of the topic of rejected records.
     *
     * @param source null if it does not say where it came from
     */
    public record Returned(
            @Nullable Source source,
            String reason,
            @Nullable ByteBuffer value) {}

    /** A row of the events table. */
    public record Row(Source source, Outcome.Stored event) {}

    /**
     * A page view with its visitor.
     *
     * @param url null if unknown
     */
    public record View(
            String host,
            String visitor,
            long millis,
            Place place,
            @Nullable String url) {}

    /** A row of the table of sessions; times in milliseconds since the epoch. */
    public record Session(String host, String visitor, long start, long end, long hits, String entry, String exit) {}

    /** A row of the table of rejections. */
    public record RejectedRow(Source source, String reason) {}

    /** A row of the ledger. */
    public record LedgerRow(
            String topicId, int partition, long first, long next, long stored, long rejected, long absent) {}
}
