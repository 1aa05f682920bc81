package io.tidemark.model;

import java.util.Arrays;

/**
 * Reads headers of source coordinates, as {@link SourceCoordinates#fromHeader} does; of a run of them from one partition only
 * the offset. Not thread-safe.
 */
public final class CoordinatesReader {
    /** Fewer than those of {@link Long#MAX_VALUE}, so that no sum can overflow. */
    private static final int MOST_DIGITS = 18;

    private byte[] prefix = new byte[0];
    private SourceCoordinates last = new SourceCoordinates(0, 0, 0, 0);

    /**
     * Reads a header's value.
     *
     * @throws IllegalArgumentException if it is not of the form {@code topic-uuid/partition/offset}
     */
    public SourceCoordinates read(byte[] header) {
        int length = prefix.length;
        int digits = header.length - length;
        if (length > 0 && digits > 0 && digits <= MOST_DIGITS && Arrays.equals(header, 0, length, prefix, 0, length)) {
            long offset = 0;
            for (int i = length; i < header.length; i++) {
                int digit = header[i] - '0';
                if (digit < 0 || digit > 9) {
                    return parse(header);
                }
                offset = offset * 10 + digit;
            }
            return new SourceCoordinates(last.topicIdHigh(), last.topicIdLow(), last.partition(), offset);
        }
        return parse(header);
    }

    private SourceCoordinates parse(byte[] header) {
        SourceCoordinates parsed = SourceCoordinates.fromHeader(header);
        int end = header.length;
        while (header[end - 1] != '/') {
            end--;
        }
        prefix = Arrays.copyOf(header, end);
        last = parsed;
        return parsed;
    }
}
