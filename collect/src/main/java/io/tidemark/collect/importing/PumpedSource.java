package io.tidemark.collect.importing;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A stream whose reads may block for ever, such as standard input. A thread of its own reads it, so that the import can
 * be stopped meanwhile. The stream stays open: it is not ours.
 */
final class PumpedSource implements ByteSource {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int MAX_CHUNKS = 16;
    private static final long PATIENCE_MILLIS = 50;

    /** What the thread has read: bytes, and why there are no more if these are the last. */
    private record Chunk(
            ByteBuffer bytes, boolean last, @Nullable IOException failure) {}

    private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(MAX_CHUNKS);
    private final Thread pump;
    private Chunk current = new Chunk(ByteBuffer.allocate(0), false, null);

    PumpedSource(String name, StreamOpener opener) {
        this.pump = new Thread(() -> pump(opener), "read " + name);
        pump.setDaemon(true);
        pump.start();
    }

    /** Opens the stream on the thread that reads it, since finding its compression reads too. */
    @FunctionalInterface
    interface StreamOpener {
        InputStream open() throws IOException;
    }

    private void pump(StreamOpener opener) {
        try {
            chunks.put(readAll(opener));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads on until there is nothing more; returns the last chunk. */
    private Chunk readAll(StreamOpener opener) throws InterruptedException {
        byte[] buffer = new byte[CHUNK_BYTES];
        try {
            InputStream in = opener.open();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                chunks.put(new Chunk(ByteBuffer.wrap(Arrays.copyOf(buffer, count)), false, null));
            }
            return new Chunk(ByteBuffer.allocate(0), true, null);
        } catch (IOException e) {
            return new Chunk(ByteBuffer.allocate(0), true, e);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (!current.bytes().hasRemaining()) {
            if (current.failure() != null) {
                throw current.failure();
            }
            if (current.last()) {
                return END;
            }
            Chunk next = poll();
            if (next == null) {
                return NOTHING_YET;
            }
            current = next;
        }
        int count = Math.min(length, current.bytes().remaining());
        current.bytes().get(buffer, offset, count);
        return count;
    }

    private @Nullable Chunk poll() throws InterruptedIOException {
        try {
            return chunks.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for input");
        }
    }

    @Override
    public void close() {
        pump.interrupt();
    }
}
