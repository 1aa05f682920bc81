package io.tidemark.cli.audit;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * Something that is not accounted for. Two looks that find the same find an equal one, so the message holds nothing that
 * events on their way change.
 *
 * @param place where it sits
 * @param message what differs from what
 */
public record Difference(Kind kind, String place, String message) {
    public Difference {
        requireNonNull(kind, "kind is null");
        requireNonNull(place, "place is null");
        requireNonNull(message, "message is null");
    }

    /** What can differ. */
    public enum Kind {
        /** Rows in the other tables of a partition that {@code ingest_ledger} does not know. */
        NO_ACCOUNT,
        /** In the ledger, offsets passed are not the sum of stored, rejected and absent. */
        ACCOUNT_SUM,
        /** Coordinates with more rows than one. */
        STORED_TWICE,
        /** Rows at offsets that the ledger has not passed. */
        STORED_OUTSIDE,
        /** More or fewer events in {@code processed_events} than the ledger counts. */
        STORED_COUNT,
        /** Coordinates that have a row, though they were deleted: somebody has brought it back. */
        STORED_AND_GONE,
        /** Rejected offsets that the ledger has not passed. */
        REJECTED_OUTSIDE,
        /** More or fewer records in {@code ingest_rejected} than the ledger counts. */
        REJECTED_COUNT,
        /** Records in {@code ingest_rejected} that are not in {@code web-events-rejected}. */
        REJECTED_MISSING,
        /** Records in {@code web-events-rejected} that are not in {@code ingest_rejected}. */
        REJECTED_SURPLUS,
        /** Coordinates that are both stored and rejected. */
        STORED_AND_REJECTED,
        /** Records in Kafka that the ledger has passed, and that are neither stored nor rejected. */
        IN_NO_PLACE,
        /** The ledger is ahead of Kafka's end. */
        BEYOND_KAFKA,
        /** Kafka has deleted offsets before they were read. */
        DELETED_UNREAD,
        /** Stored events that are not in the second topic. */
        SECOND_MISSING,
        /** Events in the second topic that are not stored. */
        SECOND_SURPLUS,
        /** Events that readers of the second topic would drop as repeats, though they are first occurrences. */
        SECOND_ORDER,
        /** Events that are in another partition of the second topic than the one they came from. */
        SECOND_PARTITION,
        /** A window and host whose count is not the sum of its referrers, or not the number of its events. */
        HOST_COUNT,
        /** A window, host and referrer whose count is not the number of its events. */
        REFERRER_COUNT,
        /** A window, or a window and host, of which an aggregate's table sums up to another count. */
        GROUP_COUNT,
        /** A session that is not as the stored events have it. */
        SESSION;

        private final String code = name().toLowerCase(Locale.ROOT);

        /** Lower case, such as {@code stored_twice}. */
        public String code() {
            return code;
        }
    }

    @Override
    public String toString() {
        return place + ": " + message;
    }
}
