package io.tidemark.store;

/**
 * Another writer has moved the ledger since this one read it; nothing was written. This writer must end: whatever it
 * still holds is, or will be, stored by the other.
 */
public final class StaleWriterException extends StoreException {
    private static final long serialVersionUID = 1L;

    StaleWriterException(String message) {
        super(message, null);
    }
}
