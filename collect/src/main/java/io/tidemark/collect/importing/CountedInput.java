package io.tidemark.collect.importing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what is read. Claims that more is always available: {@code GZIPInputStream} asks before it looks for a further
 * member, and a pipe that has nothing at that moment would otherwise end the data there.
 */
final class CountedInput extends FilterInputStream {
    private final AtomicLong bytes;

    CountedInput(InputStream in, AtomicLong bytes) {
        super(in);
        this.bytes = bytes;
    }

    @Override
    public int read() throws IOException {
        int value = in.read();
        if (value >= 0) {
            bytes.incrementAndGet();
        }
        return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        if (count > 0) {
            bytes.addAndGet(count);
        }
        return count;
    }

    @Override
    public int available() {
        return 1;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
