package io.tidemark.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * Rows in the binary format of Postgres' COPY (Postgres manual, "COPY", File Formats): no escapes, no time zones, nothing
 * to parse. Keeps what it holds until cleared, so that it can be sent again. Not thread-safe.
 */
final class CopyBuffer {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final byte[] HEADER = Arrays.copyOf(SIGNATURE, SIGNATURE.length + 2 * Integer.BYTES);
    private static final short END = -1;
    private static final int NULL = -1;

    /** 2000-01-01, the zero of Postgres' timestamps. */
    private static final long POSTGRES_EPOCH_MILLIS = 946_684_800_000L;

    private static final int FIRST_CAPACITY = 64 * 1024;
    private static final int PIECE = 64 * 1024;

    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_CAPACITY);

    /** Where each row begins. */
    private int[] starts = new int[1024];

    private int rows;

    /** Begins a row; its fields must follow. */
    CopyBuffer row(int fields) {
        if (rows == starts.length) {
            starts = Arrays.copyOf(starts, 2 * rows);
        }
        starts[rows++] = bytes.position();
        room(Short.BYTES).putShort((short) fields);
        return this;
    }

    CopyBuffer text(@Nullable String value) {
        if (value == null) {
            room(Integer.BYTES).putInt(NULL);
        } else {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            room(Integer.BYTES + utf8.length).putInt(utf8.length).put(utf8);
        }
        return this;
    }

    CopyBuffer bytes(byte @Nullable [] value) {
        if (value == null) {
            room(Integer.BYTES).putInt(NULL);
        } else {
            room(Integer.BYTES + value.length).putInt(value.length).put(value);
        }
        return this;
    }

    /** A {@code timestamptz}, from milliseconds since 1970. */
    CopyBuffer timestamp(long millis) {
        return int8((millis - POSTGRES_EPOCH_MILLIS) * 1000);
    }

    CopyBuffer bool(boolean value) {
        room(Integer.BYTES + 1).putInt(1).put((byte) (value ? 1 : 0));
        return this;
    }

    CopyBuffer uuid(UUID value) {
        room(3 * Long.BYTES)
                .putInt(2 * Long.BYTES)
                .putLong(value.getMostSignificantBits())
                .putLong(value.getLeastSignificantBits());
        return this;
    }

    CopyBuffer int4(int value) {
        room(2 * Integer.BYTES).putInt(Integer.BYTES).putInt(value);
        return this;
    }

    CopyBuffer int8(long value) {
        room(Integer.BYTES + Long.BYTES).putInt(Long.BYTES).putLong(value);
        return this;
    }

    private ByteBuffer room(int wanted) {
        if (bytes.remaining() < wanted) {
            int capacity = Math.max(Math.multiplyExact(bytes.capacity(), 2), Math.addExact(bytes.position(), wanted));
            bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
        }
        return bytes;
    }

    int rows() {
        return rows;
    }

    /** Bytes held. */
    int size() {
        return bytes.position();
    }

    /**
     * Sends the rows from one to another, exclusive, but for those left out; the buffer stays as it is. In pieces, since Postgres
     * takes each in whole.
     */
    void writeTo(CopyIn copy, int fromRow, int toRow, BitSet leftOut) throws SQLException {
        copy.writeToCopy(HEADER, 0, HEADER.length);
        for (int row = leftOut.nextClearBit(fromRow); row < toRow; ) {
            int next = leftOut.nextSetBit(row);
            int end = next < 0 ? toRow : Math.min(next, toRow);
            write(copy, starts[row], end < rows ? starts[end] : bytes.position());
            row = leftOut.nextClearBit(end);
        }
        byte[] trailer = ByteBuffer.allocate(Short.BYTES).putShort(END).array();
        copy.writeToCopy(trailer, 0, trailer.length);
    }

    private void write(CopyIn copy, int from, int to) throws SQLException {
        for (int at = from; at < to; at += PIECE) {
            copy.writeToCopy(bytes.array(), at, Math.min(PIECE, to - at));
        }
    }

    void clear() {
        bytes.clear();
        rows = 0;
    }
}
