package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.tidemark.testkit.HostileRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A million hostile records; {@code -Dtidemark.fuzz.seed} repeats a run, {@code -Dtidemark.fuzz.records} makes it longer.
 */
class RawEventFuzzTest {
    private static final int RECORDS = Integer.getInteger("tidemark.fuzz.records", 1_000_000);
    private static final long SEED = Long.getLong("tidemark.fuzz.seed", System.nanoTime());
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final long YEAR_0 = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
    private static final long YEAR_9999 =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private final RawEventCodec codec = new RawEventCodec();
    private final ObjectReader tree = new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Test
    void everyRecordIsAnEventOrRejectedWithTheRightReason() throws Exception {
        System.out.println("Fuzzing " + RECORDS + " records, -Dtidemark.fuzz.seed=" + SEED);
        HostileRecords records = new HostileRecords(SEED, NOW);
        Map<RejectReason, Integer> rejected = new EnumMap<>(RejectReason.class);
        int accepted = 0;
        for (int i = 0; i < RECORDS; i++) {
            byte[] value = records.next();
            try {
                check(value);
                accepted++;
            } catch (InvalidEventException e) {
                rejected.merge(e.reason(), 1, Integer::sum);
                checkReason(value, e);
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                throw new AssertionError("Record %d of seed %d: %s".formatted(i, SEED, shown(value)), e);
            }
        }
        System.out.println("Accepted " + accepted + ", rejected " + rejected);
        assertThat(accepted).isGreaterThan(RECORDS / 4);
        assertThat(rejected.keySet())
                .containsExactly(
                        RejectReason.EMPTY,
                        RejectReason.MALFORMED_JSON,
                        RejectReason.NOT_AN_OBJECT,
                        RejectReason.WRONG_TYPE,
                        RejectReason.MISSING_HOST,
                        RejectReason.MISSING_EVENT_TIME,
                        RejectReason.INVALID_EVENT_TIME);
    }

    private void check(byte @Nullable [] value) throws InvalidEventException {
        RawEvent event = codec.decode(value);
        if (value == null || event.host().isBlank()) {
            throw new AssertionError("Accepted without a value or a host");
        }
        if (event.eventTimeMillis() < YEAR_0 || event.eventTimeMillis() > YEAR_9999) {
            throw new AssertionError("Accepted with a time beyond all calendars");
        }
        if (!isUtf8(value)) {
            throw new AssertionError("Accepted though it is not UTF-8");
        }
        JsonNode json = tree(value);
        if (json == null) {
            throw new AssertionError("Accepted though it is not JSON");
        }
        if (!event.host().equals(json.path("host").textValue())) {
            throw new AssertionError("Host is " + event.host() + ", not " + json.path("host"));
        }
        RawEvent again = codec.decode(codec.encode(event));
        if (!again.host().equals(wellFormed(event.host()))
                || again.eventTimeMillis() != event.eventTimeMillis()
                || !java.util.Objects.equals(again.url(), wellFormed(event.url()))) {
            throw new AssertionError("Written and read again it is " + again);
        }
    }

    private void checkReason(byte @Nullable [] value, InvalidEventException e) {
        boolean empty = value == null || value.length == 0;
        boolean json = value != null && isUtf8(value) && tree(value) != null;
        boolean right = switch (e.reason()) {
            case EMPTY -> empty;
            // The tree's builder is bound by no depth that the parser is not; the same limits hold for both.
            case MALFORMED_JSON -> !json;
            default -> json;
        };
        if (!right || e.getMessage().isBlank()) {
            throw new AssertionError(e.reason() + " (" + e.getMessage() + "): " + shown(value));
        }
    }

    /** A NUL is never part of JSON: such bytes are UTF-16, if anything. */
    private static boolean isUtf8(byte[] value) {
        for (byte each : value) {
            if (each == 0) {
                return false;
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private @Nullable JsonNode tree(byte[] value) {
        try {
            JsonNode read = tree.readTree(value);
            return read.isMissingNode() ? null : read;
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable String wellFormed(@Nullable String text) {
        return text == null ? null : WellFormed.of(text);
    }

    private static String shown(byte @Nullable [] value) {
        if (value == null) {
            return "null";
        }
        byte[] head = Arrays.copyOf(value, Math.min(value.length, 600));
        return new String(head, StandardCharsets.UTF_8) + "\n" + HexFormat.of().formatHex(head);
    }
}
