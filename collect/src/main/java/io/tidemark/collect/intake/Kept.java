package io.tidemark.collect.intake;

/** Where an event is safe. */
public enum Kept {
    /** Kafka has acknowledged it. */
    IN_KAFKA,
    /** In the spool on this machine's disk; Kafka gets it once it answers again. */
    IN_SPOOL
}
