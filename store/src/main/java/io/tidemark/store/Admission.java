package io.tidemark.store;

/** What the ledger says of a record that was read. */
public enum Admission {
    /** Dealt with for the first time, with the next flush. */
    NEW,
    /** Stored before. */
    STORED,
    /** Neither stored nor rejected, since a job began to read behind it, and never to be. */
    PASSED_OVER,
    /** Rejected before. */
    REJECTED
}
