package io.tidemark.cli.audit;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.audit.Difference.Kind;
import io.tidemark.cli.audit.PartitionReport.Bounds;
import io.tidemark.collect.Ticker;
import io.tidemark.model.EventTime;
import io.tidemark.model.Topics;
import io.tidemark.store.AuditGroups;
import io.tidemark.store.AuditQueries;
import io.tidemark.store.AuditSessions;
import io.tidemark.store.AuditSnapshot;
import io.tidemark.store.AuditSnapshot.Partition;
import io.tidemark.store.AuditWindows;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.TrafficQueries;
import io.tidemark.stream.KafkaSettings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the accounting identity: for every source partition, offsets passed are stored, rejected or absent, each exactly
 * once; for every closed window, the count by host is the sum by referrer, that of every aggregate, and the number of stored
 * events; every closed session is the one that the stored events make up.
 *
 * <p>On a living system events are on their way between two places, so a difference counts only once it has stayed the
 * same for a while; everything is looked at again until then, and no longer than needed.
 */
public final class Audit {
    /** Ranges of offsets in no place that are looked up in Kafka, a partition. */
    private static final int GAPS = 1_000;

    private final KafkaSettings kafka;
    private final StoreConfig store;
    private final Ticker ticker;

    public Audit(KafkaSettings kafka, StoreConfig store) {
        this(kafka, store, Ticker.system());
    }

    Audit(KafkaSettings kafka, StoreConfig store, Ticker ticker) {
        this.kafka = requireNonNull(kafka, "kafka is null");
        this.store = requireNonNull(store, "store is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
    }

    /**
     * Looks until nothing differs, or what differs has stayed for as long as the options say.
     *
     * @throws AuditException if Kafka does not answer or lacks a topic
     * @throws io.tidemark.store.StoreException if Postgres does not answer or lacks a table
     */
    public AuditReport run(AuditOptions options) throws InterruptedException {
        AuditQueries tables = new AuditQueries(store);
        try (KafkaSide topics = new KafkaSide(kafka, options.deep())) {
            return new Settling(() -> look(tables.read(options.most()), topics.look(), topics), ticker)
                    .run(options.settle());
        }
    }

    private static Look look(AuditSnapshot tables, KafkaSide.View topics, KafkaSide kafka) {
        List<PartitionReport> partitions = new ArrayList<>();
        topics.raw()
                .forEach((number, bounds) ->
                        partitions.add(audit(new Partition(topics.rawId(), number), bounds, tables, topics, kafka)));
        for (Partition partition : tables.partitions().keySet()) {
            if (!partition.topicId().equals(topics.rawId())) {
                partitions.add(audit(partition, null, tables, topics, kafka));
            }
        }
        Set<Difference> differences = new LinkedHashSet<>();
        partitions.forEach(partition -> differences.addAll(partition.differences()));
        tables.windows()
                .differences()
                .forEach(difference ->
                        differences.add(ofWindow(difference, tables.windows().byEventTime())));
        tables.windows().groups().differences().forEach(difference -> differences.add(ofGroups(difference)));
        tables.sessions().differences().forEach(difference -> differences.add(ofSession(difference)));
        SecondTopicScan second = topics.second();
        return new Look(
                partitions,
                tables.windows(),
                tables.sessions(),
                second == null ? null : second.summary(),
                differences,
                notes(topics, partitions, tables.gone()));
    }

    private static PartitionReport audit(
            Partition partition,
            @Nullable Bounds bounds,
            AuditSnapshot tables,
            KafkaSide.View topics,
            KafkaSide kafka) {
        PartitionAudit audit = new PartitionAudit(
                partition, tables.rows(partition), bounds, topics.rejected().of(partition), topics.rejectedWhole());
        audit.compare();
        if (bounds != null) {
            audit.addInNoPlace(kafka.withRecords(partition, audit.gaps(GAPS), bounds));
        }
        SecondTopicScan second = topics.second();
        if (second != null) {
            audit.compareSecond(second.of(partition), topics.secondWhole());
        }
        return audit.report();
    }

    static Difference ofWindow(AuditWindows.Difference found, boolean byEventTime) {
        String place = "window %s, host %s".formatted(EventTime.format(found.startMillis()), found.host());
        String events = !byEventTime ? "" : ", %s stored".formatted(count(found.events(), "no event", "event"));
        String byReferrer = count(found.byReferrer(), "no row", "hit") + " by referrer";
        String referrer = found.referrer();
        return referrer == null
                ? new Difference(
                        Kind.HOST_COUNT,
                        place,
                        "%s by host, %s%s".formatted(count(found.byHost(), "no row", "hit"), byReferrer, events))
                : new Difference(
                        Kind.REFERRER_COUNT,
                        "%s, referrer %s".formatted(place, referrer.isEmpty() ? TrafficQueries.DIRECT : referrer),
                        byReferrer + events);
    }

    static Difference ofGroups(AuditGroups.Difference found) {
        String host = found.host() == null ? "" : ", host " + found.host();
        return new Difference(
                Kind.GROUP_COUNT,
                "%s, window %s to %s%s"
                        .formatted(
                                found.table(),
                                EventTime.format(found.startMillis()),
                                EventTime.format(found.endMillis()),
                                host),
                "%s in all, %s by host"
                        .formatted(count(found.counted(), "no row", "hit"), count(found.byHost(), "no row", "hit")));
    }

    static Difference ofSession(AuditSessions.Difference found) {
        return new Difference(
                Kind.SESSION,
                "session of %s on %s from %s"
                        .formatted(found.visitor(), found.host(), EventTime.format(found.startMillis())),
                "%s, %s by the stored events"
                        .formatted(told(found.found(), "no row"), told(found.wanted(), "no session")));
    }

    private static String told(AuditSessions.@Nullable Told session, String none) {
        return session == null
                ? none
                : "%s until %s".formatted(count(session.hits(), none, "hit"), EventTime.format(session.endMillis()));
    }

    private static String count(@Nullable Long count, String none, String one) {
        return count == null ? none : count == 1 ? "1 " + one : count + " " + one + "s";
    }

    private static List<String> notes(
            KafkaSide.View topics, List<PartitionReport> partitions, AuditSnapshot.Gone gone) {
        List<String> notes = new ArrayList<>();
        if (gone.expired() > 0 || gone.forgotten() > 0) {
            notes.add("%,d stored events have expired since, and %,d were forgotten: ingest_gone lists them"
                    .formatted(gone.expired(), gone.forgotten()));
        }
        if (gone.eventsFromMillis() != Long.MIN_VALUE) {
            notes.add("Windows before %s are not compared with events, which have expired"
                    .formatted(EventTime.format(gone.eventsFromMillis())));
        }
        if (gone.windowsFromMillis() != Long.MIN_VALUE) {
            notes.add("Windows before %s have expired and are not compared"
                    .formatted(EventTime.format(gone.windowsFromMillis())));
        }
        for (PartitionReport each : partitions) {
            if (each.passedOver() > 0) {
                notes.add(
                        "%s partition %d: %d offsets before the first that was read are in no account: the enrich job was told to start behind them"
                                .formatted(Topics.RAW, each.partition().number(), each.passedOver()));
            }
        }
        if (!topics.rejectedWhole()) {
            notes.add("%s does not begin at offset 0: what is deleted there could not be compared"
                    .formatted(Topics.REJECTED));
        }
        if (topics.rejected().unreadable() > 0) {
            notes.add("%d records of %s have no source coordinates"
                    .formatted(topics.rejected().unreadable(), Topics.REJECTED));
        }
        long ofSecond = topics.rejected().countOf(topics.secondId());
        if (ofSecond > 0) {
            notes.add("%d records of %s were rejected by the aggregate job: others wrote them there"
                    .formatted(ofSecond, Topics.ENRICHED));
        }
        SecondTopicScan second = topics.second();
        if (second != null && second.unreadable() > 0) {
            notes.add("%d records of %s have no source coordinates".formatted(second.unreadable(), Topics.ENRICHED));
        }
        if (second != null && !topics.secondWhole()) {
            notes.add("%s does not begin at offset 0: what is deleted there could not be compared"
                    .formatted(Topics.ENRICHED));
        }
        return notes;
    }
}
