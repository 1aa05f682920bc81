package io.tidemark.collect.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.Utils;

/** Ids of events: 1 to 64 letters, digits, {@code -}, {@code _}, {@code .} or {@code :}. */
public final class EventIds {
    /** Name of the Kafka header with the id, UTF-8, on the raw topic. */
    public static final String HEADER = "tidemark-event-id";

    /** What an id is made of. */
    public static final String FORM = "1 to 64 letters, digits, or any of - _ . :";

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

    private EventIds() {}

    /** Whether a sender may use it. */
    public static boolean isValid(String id) {
        return VALID.matcher(id).matches();
    }

    /** New ones, random (UUID version 4). */
    public static Supplier<String> random() {
        SecureRandom random = new SecureRandom();
        return () -> {
            long high = (random.nextLong() & ~0xf000L) | 0x4000L;
            long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
            return new UUID(high, low).toString();
        };
    }

    /** The partition of an id, always the same while their number is: so that repeats meet. */
    static int partition(String id, int partitions) {
        return Utils.toPositive(Utils.murmur2(id.getBytes(UTF_8))) % partitions;
    }
}
