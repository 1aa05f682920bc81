package io.tidemark.store;

/** What the ledger says of a record that was read. */
public enum Admission {
    /** Dealt with for the first time, with the next flush. */
    NEW,
    /** Dealt with before: stored, or rejected when it was read. */
    SEEN,
    /** Dealt with before: Postgres refused its row. */
    REFUSED
}
