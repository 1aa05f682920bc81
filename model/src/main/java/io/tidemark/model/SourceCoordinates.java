package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * An event's identity: where it stands in the raw topic. The topic's id, not its name, so that a topic deleted and made
 * anew has new coordinates.
 *
 * @param topicId the raw topic's id, as Kafka assigns it
 * @param partition 0-based
 * @param offset 0-based position in the partition
 */
public record SourceCoordinates(UUID topicId, int partition, long offset) {

    /** Name of the Kafka header that carries coordinates: ASCII {@code topic-uuid/partition/offset}. */
    public static final String HEADER = "tidemark-source";

    private static final int UUID_LENGTH = 36;

    public SourceCoordinates {
        requireNonNull(topicId, "topicId is null");
        if (partition < 0 || offset < 0) {
            throw new IllegalArgumentException("Negative coordinates: partition " + partition + ", offset " + offset);
        }
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
        return topicId + "/" + partition + "/" + offset;
    }
}
