package io.tidemark.collect.importing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Gzip by its first two bytes. */
final class Gzip {
    private static final int BUFFER_BYTES = 64 * 1024;

    private Gzip() {}

    /** The content, decompressed if it was compressed; of concatenated members all. */
    static InputStream decompressed(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
        buffered.mark(2);
        boolean compressed = isGzip(buffered);
        buffered.reset();
        return compressed ? new GZIPInputStream(buffered, BUFFER_BYTES) : buffered;
    }

    /** Whether the next two bytes are those of gzip; takes them. */
    static boolean isGzip(InputStream in) throws IOException {
        return in.read() == 0x1f && in.read() == 0x8b;
    }
}
