package io.tidemark.model;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * An event's identity: where it stands in the raw topic. The topic's id, not its name, so that a topic deleted and made
 * anew has new coordinates. The id is held as two numbers, which serializers of every engine understand.
 *
 * @param topicIdHigh the upper 64 bits of the raw topic's id, as Kafka assigns it
 * @param topicIdLow the lower 64 bits
 * @param partition 0-based
 * @param offset 0-based position in the partition
 */
public record SourceCoordinates(long topicIdHigh, long topicIdLow, int partition, long offset) {

    /** Name of the Kafka header that carries coordinates: ASCII {@code topic-uuid/partition/offset}. */
    public static final String HEADER = "tidemark-source";

    private static final int UUID_LENGTH = 36;

    public SourceCoordinates {
        if (partition < 0 || offset < 0) {
            throw new IllegalArgumentException("Negative coordinates: partition " + partition + ", offset " + offset);
        }
    }

    public SourceCoordinates(UUID topicId, int partition, long offset) {
        this(topicId.getMostSignificantBits(), topicId.getLeastSignificantBits(), partition, offset);
    }

    public UUID topicId() {
        return new UUID(topicIdHigh, topicIdLow);
    }

    /** Whether both stand in the same partition of the same topic. */
    public boolean samePartition(SourceCoordinates other) {
        return partition == other.partition && topicIdLow == other.topicIdLow && topicIdHigh == other.topicIdHigh;
    }

    /** The header's value: ASCII {@code topic-uuid/partition/offset}. */
    public byte[] toHeader() {
        return toString().getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads a header's value.
     *
     * @throws IllegalArgumentException if it is not of the form {@code topic-uuid/partition/offset}
     */
    public static SourceCoordinates fromHeader(byte[] header) {
        String text = new String(header, StandardCharsets.ISO_8859_1);
        int slash = text.indexOf('/', UUID_LENGTH + 1);
        if (slash < 0 || text.charAt(UUID_LENGTH) != '/') {
            throw new IllegalArgumentException("Not source coordinates (topic-uuid/partition/offset): " + text);
        }
        return new SourceCoordinates(
                UUID.fromString(text.substring(0, UUID_LENGTH)),
                Integer.parseInt(text, UUID_LENGTH + 1, slash, 10),
                Long.parseLong(text, slash + 1, text.length(), 10));
    }

    @Override
    public String toString() {
        return topicId() + "/" + partition + "/" + offset;
    }
}
