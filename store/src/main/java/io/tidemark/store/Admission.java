package io.tidemark.store;

/** What the ledger says of a record that was read. */
public enum Admission {
    /** Dealt with for the first time, with the next flush. */
    NEW,
    /** Stored before; or passed over in the middle, by a start behind what was stored, which the ledger does not tell apart. */
    STORED,
    /** Before the first offset that was ever dealt with here, and so neither stored nor rejected: a job began behind it. */
    PASSED_OVER,
    /** Rejected before. */
    REJECTED
}
