package io.tidemark.cli.audit;

import io.tidemark.cli.audit.Difference.Kind;
import io.tidemark.cli.audit.PartitionReport.Bounds;
import io.tidemark.model.Topics;
import io.tidemark.store.AuditOffsets;
import io.tidemark.store.AuditOffsets.Range;
import io.tidemark.store.AuditSnapshot.Account;
import io.tidemark.store.AuditSnapshot.Partition;
import io.tidemark.store.AuditSnapshot.Repeated;
import io.tidemark.store.AuditSnapshot.Rows;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The accounting identity of a source partition: every offset that the ledger has passed is in exactly one place, and the
 * ledger says which. The tables were read before Kafka, so that Kafka may know more, but not less.
 */
final class PartitionAudit {
    private static final int SHOWN = 10;

    private final Partition partition;
    private final Rows rows;
    private final @Nullable Bounds bounds;
    private final AuditOffsets inTopic;
    private final boolean topicWhole;
    private final List<Difference> differences = new ArrayList<>();

    /**
     * @param bounds null of an earlier topic of the name
     * @param inTopic its coordinates in the rejected topic
     * @param topicWhole whether the rejected topic holds all that ever came in
     */
    PartitionAudit(Partition partition, Rows rows, @Nullable Bounds bounds, AuditOffsets inTopic, boolean topicWhole) {
        this.partition = partition;
        this.rows = rows;
        this.bounds = bounds;
        this.inTopic = inTopic;
        this.topicWhole = topicWhole;
    }

    /** Checks the tables, the rejected topic and Kafka's offsets against each other. */
    void compare() {
        if (rows.rows() > rows.stored().size()) {
            add(
                    Kind.STORED_TWICE,
                    "%s in processed_events: %s"
                            .formatted(
                                    count(rows.rows() - rows.stored().size(), "row too many", "rows too many"),
                                    repeated(rows.repeated())));
        }
        AuditOffsets rejected = union(rows.rejected(), inTopic);
        add(Kind.STORED_AND_GONE, rows.stored().and(rows.gone()), "in processed_events, and in ingest_gone as deleted");
        add(Kind.STORED_AND_REJECTED, rows.stored().and(rejected), "both stored and rejected");
        Account account = rows.account();
        if (account == null) {
            add(
                    Kind.NO_ACCOUNT,
                    union(rows.stored(), rows.rejected()),
                    "stored or rejected, and the partition has no row in ingest_ledger");
            return;
        }
        long passed = account.next() - account.first();
        long sum = account.stored() + account.rejected() + account.absent();
        if (passed != sum) {
            add(
                    Kind.ACCOUNT_SUM,
                    "ingest_ledger has passed %s than it counts as stored, rejected or absent"
                            .formatted(moreOrFewer(passed - sum, "offset", "offsets")));
        }
        compareStored(account);
        compareRejected(account);
        compareWithKafka(account);
    }

    private void compareStored(Account account) {
        AuditOffsets inside = rows.stored().between(account.first(), account.next());
        add(Kind.STORED_OUTSIDE, rows.stored().minus(inside), "stored, and not passed by ingest_ledger");
        long gone = rows.gone().size();
        long more = inside.size() + gone - account.stored();
        if (more != 0) {
            add(
                    Kind.STORED_COUNT,
                    "processed_events holds %s than ingest_ledger counts as stored%s"
                            .formatted(
                                    moreOrFewer(more, "event", "events"),
                                    gone == 0 ? "" : " and ingest_gone as deleted"));
        }
    }

    private void compareRejected(Account account) {
        AuditOffsets inside = rows.rejected().between(account.first(), account.next());
        add(Kind.REJECTED_OUTSIDE, rows.rejected().minus(inside), "rejected, and not passed by ingest_ledger");
        if (inside.size() != account.rejected()) {
            add(
                    Kind.REJECTED_COUNT,
                    "ingest_rejected holds %s than ingest_ledger counts as rejected"
                            .formatted(moreOrFewer(inside.size() - account.rejected(), "record", "records")));
        }
        add(
                Kind.REJECTED_SURPLUS,
                inTopic.between(account.first(), account.next()).minus(rows.rejected()),
                "in %s and not in ingest_rejected".formatted(Topics.REJECTED));
        if (bounds != null && topicWhole) {
            add(
                    Kind.REJECTED_MISSING,
                    rows.rejected().minus(inTopic),
                    "in ingest_rejected and not in %s".formatted(Topics.REJECTED));
        }
    }

    private static AuditOffsets union(AuditOffsets these, AuditOffsets those) {
        AuditOffsets both = new AuditOffsets();
        both.addAll(these);
        both.addAll(those);
        return both;
    }

    private void compareWithKafka(Account account) {
        if (bounds == null) {
            return;
        }
        if (account.next() > bounds.end()) {
            add(
                    Kind.BEYOND_KAFKA,
                    "ingest_ledger stands at offset %d, and %s ends at %d"
                            .formatted(account.next(), Topics.RAW, bounds.end()));
        }
        if (bounds.earliest() > account.next()) {
            add(
                    Kind.DELETED_UNREAD,
                    "Kafka has deleted offsets %s before they were read"
                            .formatted(new Range(account.next(), bounds.earliest() - 1)));
        }
    }

    /** Ranges that the ledger has passed, and that are in no place: Kafka should hold no record there. At most so many. */
    List<Range> gaps(int most) {
        Account account = rows.account();
        return account == null || bounds == null
                ? List.of()
                : union(union(rows.stored(), rows.rejected()), rows.gone()).gaps(account.first(), account.next(), most);
    }

    /** @param gaps those of {@link #gaps} in which there is a record */
    void addInNoPlace(List<Range> gaps) {
        if (!gaps.isEmpty()) {
            add(
                    Kind.IN_NO_PLACE,
                    "%s holds records that ingest_ledger has passed, and that are neither stored nor rejected, at %s"
                            .formatted(Topics.RAW, shown(gaps)));
        }
    }

    /**
     * Compares with what was seen of the partition in the second topic.
     *
     * @param whole whether that topic holds all that ever came in
     */
    void compareSecond(SecondTopicScan.Seen second, boolean whole) {
        add(
                Kind.SECOND_ORDER,
                second.lost(),
                "in %s behind a higher one, and readers take it for a repeat".formatted(Topics.ENRICHED));
        add(Kind.SECOND_PARTITION, second.elsewhere(), "in another partition of %s".formatted(Topics.ENRICHED));
        Account account = rows.account();
        if (account == null) {
            return;
        }
        AuditOffsets seen = union(second.admitted(), second.lost());
        add(
                Kind.SECOND_SURPLUS,
                seen.between(0, account.next()).minus(rows.stored()).minus(rows.gone()),
                "in %s and not stored".formatted(Topics.ENRICHED));
        if (bounds != null) {
            List<Range> first = seen.ranges(1);
            long from =
                    whole ? 0 : first.isEmpty() ? Long.MAX_VALUE : first.get(0).first();
            add(
                    Kind.SECOND_MISSING,
                    rows.stored().between(from, account.next()).minus(seen),
                    "stored and not in %s".formatted(Topics.ENRICHED));
        }
    }

    PartitionReport report() {
        return new PartitionReport(partition, rows.account(), bounds, differences);
    }

    private void add(Kind kind, AuditOffsets offsets, String what) {
        if (!offsets.isEmpty()) {
            long size = offsets.size();
            add(
                    kind,
                    "%s %s: %s"
                            .formatted(
                                    count(size, "offset is", "offsets are"), what, shown(offsets.ranges(SHOWN + 1))));
        }
    }

    private void add(Kind kind, String message) {
        String place = "%s partition %d".formatted(Topics.RAW, partition.number())
                + (bounds == null ? " of the earlier topic " + partition.topicId() : "");
        differences.add(new Difference(kind, place, message));
    }

    private static String repeated(List<Repeated> repeated) {
        return repeated.stream()
                        .limit(SHOWN)
                        .map(each -> "offset %d has %d rows".formatted(each.offset(), each.rows()))
                        .collect(Collectors.joining(", "))
                + (repeated.size() > SHOWN ? ", …" : "");
    }

    private static String shown(List<Range> ranges) {
        return ranges.stream().limit(SHOWN).map(Range::toString).collect(Collectors.joining(", "))
                + (ranges.size() > SHOWN ? ", …" : "");
    }

    private static String moreOrFewer(long by, String one, String many) {
        long size = Math.abs(by);
        return "%d %s %s".formatted(size, size == 1 ? one : many, by > 0 ? "more" : "fewer");
    }

    private static String count(long size, String one, String many) {
        return size + " " + (size == 1 ? one : many);
    }
}
