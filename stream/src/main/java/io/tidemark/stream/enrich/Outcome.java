package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.Rejection;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.TopicRecord;
import org.jspecify.annotations.Nullable;

/**
 * What became of a raw record: an enriched event, or a reason why it cannot be used. The record itself goes along, since
 * Postgres may refuse even what passed all checks.
 *
 * @param event null if the record is rejected
 * @param reason null if it is not
 * @param message what is wrong, null if nothing is
 */
public record Outcome(
        TopicRecord read,
        @Nullable EnrichedEvent event,
        @Nullable RejectReason reason,
        @Nullable String message) {

    static Outcome accepted(TopicRecord read, EnrichedEvent event) {
        return new Outcome(read, event, null, null);
    }

    static Outcome rejected(TopicRecord read, RejectReason reason, String message) {
        return new Outcome(read, null, reason, message);
    }

    SourceCoordinates source() {
        return read.position();
    }

    /** The record for the rejected topic. */
    Rejected toRejected() {
        Rejection rejection = toRejection();
        return new Rejected(read.position(), rejection.reason(), rejection.message(), read.key(), read.value());
    }

    /** For the ledger. */
    Rejection toRejection() {
        return new Rejection(
                read.position(), requireNonNull(reason, "not rejected"), requireNonNull(message, "not rejected"));
    }
}
