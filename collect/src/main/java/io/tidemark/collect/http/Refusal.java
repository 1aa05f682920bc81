package io.tidemark.collect.http;

import java.util.Locale;

/** Why a request was not done as asked; the code stands in the JSON of the answer and is a metric's label. */
public enum Refusal {
    /** The body is not JSON, or not an event or a list of events. */
    INVALID_BODY(400),
    /** An event's id is not of the form that ids have. */
    INVALID_ID(400),
    /** More events in a request than allowed. */
    TOO_MANY_EVENTS(413),
    /** No key of a site, or one that there is not. */
    UNKNOWN_KEY(401),
    /** The event's host is none of the hosts that the key is for. */
    HOST_NOT_OF_SITE(403),
    /** The page that sends it is of an origin that may not. */
    ORIGIN_NOT_ALLOWED(403),
    /** There is nothing at that path. */
    NOT_FOUND(404),
    /** The path has other methods. */
    METHOD_NOT_ALLOWED(405),
    /** The body came too slowly. */
    TOO_SLOW(408),
    /** The body, or an event for Kafka, is too large. */
    TOO_LARGE(413),
    /** The body is of another type than JSON. */
    UNSUPPORTED_TYPE(415),
    /** More requests than allowed from that address or with that key. */
    TOO_MANY_REQUESTS(429),
    /** Something that was not foreseen; the log has it. */
    INTERNAL(500),
    /** More events wait for Kafka than there is room for. */
    BUSY(503),
    /** Kafka does not answer, and the spool has no room. */
    KAFKA_AWAY(503),
    /** Kafka did not answer in time. The events may come into it still: those who try again send the ids of the answer. */
    NOT_YET_KNOWN(503),
    /** The collector ends. */
    ENDING(503);

    private final int status;

    Refusal(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }

    /** In lower case. */
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
