package io.tidemark.collect.importing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;

/** Gzip by its first two bytes. */
final class Gzip {
    private static final int BUFFER_BYTES = 64 * 1024;

    private Gzip() {}

    /**
     * The content, decompressed if it was compressed; of concatenated members all. What a pipe has delivered is
     * returned at once, so nothing here fills a buffer before it hands it on.
     *
     * @param bytes counts what is read, before decompression
     */
    static InputStream decompressed(InputStream in, AtomicLong bytes) throws IOException {
        byte[] head = in.readNBytes(2);
        InputStream whole = new CountedInput(new SequenceInputStream(new ByteArrayInputStream(head), in), bytes);
        return isGzip(head) ? new GZIPInputStream(whole, BUFFER_BYTES) : whole;
    }

    /** Whether a file of that beginning is compressed. */
    static boolean isGzip(byte[] head) {
        return head.length >= 2 && head[0] == 0x1f && head[1] == (byte) 0x8b;
    }
}
