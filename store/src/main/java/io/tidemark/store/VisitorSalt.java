package io.tidemark.store;

/** Key for the hashes that tell a day's visitors apart. */
public final class VisitorSalt {
    /** Bytes of a salt: as many as those of the hash, as RFC 2104 advises. */
    public static final int LENGTH = 32;

    private final byte[] bytes;
    private final long expiresAtMillis;

    /**
     * A salt.
     *
     * @param bytes random, {@link #LENGTH} of them
     * @param expiresAtMillis from then on it must not be used: milliseconds since the epoch by this machine's clock
     */
    public VisitorSalt(byte[] bytes, long expiresAtMillis) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("A salt has " + LENGTH + " bytes; was " + bytes.length);
        }
        this.bytes = bytes.clone();
        this.expiresAtMillis = expiresAtMillis;
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    long expiresAtMillis() {
        return expiresAtMillis;
    }
}
