package io.tidemark.model;

/** The names of the Kafka topics, a contract that other programs rely on. */
public final class Topics {
    /** Raw events as they arrive, JSON, see {@link RawEventCodec}. */
    public static final String RAW = "web-events";

    /** Enriched events, JSON keyed by host, in the partition of the same number as their source. */
    public static final String ENRICHED = "process_events_kafka";

    /** Records that could not be used, byte for byte as they came, with the reason in the headers. */
    public static final String REJECTED = "web-events-rejected";

    private Topics() {}
}
