package io.tidemark.model;

import java.util.Locale;

/** Why a record could not be used. The code is stored in the rejected record's header and is a metric's name. */
public enum RejectReason {
    /** The record has no value. */
    EMPTY,
    /** Not JSON, or not UTF-8, or deeper or longer than the parser's limits. */
    MALFORMED_JSON,
    /** JSON, but not an object. */
    NOT_AN_OBJECT,
    /** A field has a type that it may not have. */
    WRONG_TYPE,
    /** {@code host} is absent, null or blank. */
    MISSING_HOST,
    /** {@code event_time} is absent or null. */
    MISSING_EVENT_TIME,
    /** {@code event_time} has none of the accepted forms. */
    INVALID_EVENT_TIME,
    /** {@code event_time} is further ahead of the record's arrival than allowed. */
    EVENT_TIME_IN_FUTURE,
    /** Enrichment failed over the record in a way that was not foreseen; the message has the error. */
    ENRICHMENT_FAILED,
    /** The record passed all checks, and Postgres refused its row, as by a constraint that was added to the table. */
    REFUSED_BY_DATABASE,
    /** Older than what is kept: {@code tidemark retention} has dropped the events of its day, or is about to. */
    EXPIRED,
    /** An enriched record without readable source coordinates. */
    MISSING_COORDINATES;

    /** Name of the Kafka header with the reason's code, on {@link Topics#REJECTED}. */
    public static final String REASON_HEADER = "tidemark-reason";

    /** Name of the Kafka header with the message for people, UTF-8. */
    public static final String MESSAGE_HEADER = "tidemark-message";

    /** Name of the Kafka header, if a key or value was too large to be kept whole; says how large it was. */
    public static final String CUT_HEADER = "tidemark-cut";

    private final String code = name().toLowerCase(Locale.ROOT);

    /** Lower case, such as {@code malformed_json}. */
    public String code() {
        return code;
    }

    /**
     * The reason with that code.
     *
     * @throws IllegalArgumentException naming the code, if there is none
     */
    public static RejectReason ofCode(String code) {
        for (RejectReason reason : values()) {
            if (reason.code.equals(code)) {
                return reason;
            }
        }
        throw new IllegalArgumentException("No such reason: " + code);
    }
}
