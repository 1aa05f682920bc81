package io.tidemark.collect.importing;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;

/**
 * Bytes as lines. A line ends with LF or CRLF, or with its file. One beyond the cap is read over, and only its
 * beginning kept, so that memory stays bounded. A byte order mark at the beginning of a file is left out.
 */
final class LineReader implements Closeable {
    static final int MAX_LINE_BYTES = 1024 * 1024;

    private static final int READ_BYTES = 64 * 1024;

    enum Next {
        /** There is a line. */
        LINE,
        /** There is none yet. */
        NOTHING_YET,
        /** There are no more. */
        END
    }

    private final ByteSource source;
    private byte[] buffer = new byte[2 * READ_BYTES];
    private int start;
    private int scanned;
    private int limit;
    private boolean overlong;
    private boolean ended;
    private boolean fileEnded;

    private int lineStart;
    private int lineEnd;
    private long lineNumber;
    private boolean lineOverlong;

    LineReader(ByteSource source) {
        this.source = source;
    }

    /** The bytes that hold the line, until the next call of {@link #next}. */
    byte[] buffer() {
        return buffer;
    }

    int start() {
        return lineStart;
    }

    int length() {
        return lineEnd - lineStart;
    }

    /** From 1, in its file. */
    long number() {
        return lineNumber;
    }

    /** Whether the line was longer than the cap, so that it is not whole. */
    boolean isOverlong() {
        return lineOverlong;
    }

    /** Goes on to the next line. */
    Next next() throws IOException {
        while (true) {
            if (fileEnded) {
                fileEnded = false;
                lineNumber = 0;
            }
            for (int i = scanned; i < limit; i++) {
                if (buffer[i] == '\n') {
                    take(i);
                    start = i + 1;
                    scanned = start;
                    return Next.LINE;
                }
            }
            scanned = limit;
            if (ended) {
                return Next.END;
            }
            makeRoom();
            int count = source.read(buffer, limit, buffer.length - limit);
            if (count == ByteSource.NOTHING_YET) {
                return Next.NOTHING_YET;
            }
            if (count > 0) {
                limit += count;
                continue;
            }
            ended = count == ByteSource.END;
            fileEnded = count == ByteSource.NEW_FILE;
            if (limit > start) {
                take(limit);
                start = limit;
                return Next.LINE;
            }
        }
    }

    private void take(int end) {
        lineNumber++;
        lineStart = start;
        lineOverlong = overlong || end - start > MAX_LINE_BYTES;
        lineEnd = Math.min(end, start + MAX_LINE_BYTES);
        overlong = false;
        if (lineNumber == 1 && hasByteOrderMark()) {
            lineStart += 3;
        }
        if (!lineOverlong && lineEnd > lineStart && buffer[lineEnd - 1] == '\r') {
            lineEnd--;
        }
    }

    private boolean hasByteOrderMark() {
        return lineEnd - lineStart >= 3
                && buffer[lineStart] == (byte) 0xEF
                && buffer[lineStart + 1] == (byte) 0xBB
                && buffer[lineStart + 2] == (byte) 0xBF;
    }

    /** Moves the open line to the front; cuts it if it is beyond the cap; grows the buffer if it is full. */
    private void makeRoom() {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, limit - start);
            limit -= start;
            start = 0;
        }
        if (limit > MAX_LINE_BYTES) {
            overlong = true;
            limit = MAX_LINE_BYTES;
        }
        scanned = limit;
        if (buffer.length - limit < READ_BYTES) {
            buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, MAX_LINE_BYTES + 2 * READ_BYTES));
        }
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
