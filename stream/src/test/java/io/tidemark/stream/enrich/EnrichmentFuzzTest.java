package io.tidemark.stream.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.Hit;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import io.tidemark.model.RejectReason;
import io.tidemark.model.TextCap;
import io.tidemark.testkit.HostileRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A million hostile records; {@code -Dtidemark.fuzz.seed} repeats a run, {@code -Dtidemark.fuzz.records} makes it longer.
 */
class EnrichmentFuzzTest {
    private static final int RECORDS = Integer.getInteger("tidemark.fuzz.records", 1_000_000);
    private static final long SEED = Long.getLong("tidemark.fuzz.seed", System.nanoTime());
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final RawEventCodec raw = new RawEventCodec();
    private final EnrichedEventCodec enriched = new EnrichedEventCodec();
    private final ObjectMapper json = new ObjectMapper();
    private final Enrichment enrichment = new Enrichment(
            GeoLookup.open(null),
            new ClientResolver(UserAgentParser.shared()),
            VisitorIds.withFixedSalt(),
            IpPolicy.KEEP);

    @Test
    void everyEventCanBeStoredAndSentOn() throws Exception {
        System.out.println("Fuzzing " + RECORDS + " records, -Dtidemark.fuzz.seed=" + SEED);
        HostileRecords records = new HostileRecords(SEED, NOW);
        int accepted = 0;
        for (int i = 0; i < RECORDS; i++) {
            byte[] value = records.next();
            RawEvent event = decoded(value);
            if (event == null) {
                continue;
            }
            try {
                check(event, i % 100 == 0);
                accepted++;
            } catch (InvalidEventException e) {
                assertThat(e.reason()).isEqualTo(RejectReason.MISSING_HOST);
            } catch (RuntimeException | AssertionError | StackOverflowError e) {
                throw new AssertionError("Record %d of seed %d: %s".formatted(i, SEED, event), e);
            }
        }
        System.out.println("Accepted " + accepted);
        assertThat(accepted).isGreaterThan(RECORDS / 4);
    }

    private @Nullable RawEvent decoded(byte @Nullable [] value) {
        try {
            return raw.decode(value);
        } catch (InvalidEventException e) {
            return null;
        }
    }

    private void check(RawEvent from, boolean readAll) throws InvalidEventException, IOException {
        EnrichedEvent event = enrichment.enrich(from);
        requireStorable(event);
        if (event.host().isBlank() || event.eventTimeMillis() != from.eventTimeMillis()) {
            throw new AssertionError("Host or time got lost: " + event);
        }
        byte[] sent = enriched.encode(event);
        String referrer = event.referrer() == null ? "" : event.referrer();
        Hit hit = enriched.decodeHit(sent);
        if (!hit.equals(new Hit(event.host(), referrer, event.eventTimeMillis()))) {
            throw new AssertionError("Read again as " + hit);
        }
        if (readAll) {
            JsonNode tree = json.readTree(sent);
            if (!event.host().equals(tree.path("host").textValue())
                    || !java.util.Objects.equals(event.url(), tree.path("url").textValue())
                    || !json.readTree(tree.path("geodata").textValue()).isObject()) {
                throw new AssertionError("Sent as " + tree);
            }
        }
    }

    private static void requireStorable(EnrichedEvent event) throws IOException {
        requireStorable(TextCap.HOST, event.host());
        requireStorable(TextCap.IP, event.ip());
        requireStorable(TextCap.URL, event.url());
        requireStorable(TextCap.REFERRER, event.referrer());
        requireStorable(TextCap.USER_AGENT, event.userAgent());
        requireStorable(TextCap.NAME, event.geo().country());
        requireStorable(TextCap.NAME, event.client().device());
        requireStorable(TextCap.NAME, event.client().browser());
        requireStorable(TextCap.NAME, event.client().os());
        requireStorable(TextCap.NAME, event.campaign().source());
        requireStorable(TextCap.NAME, event.campaign().medium());
        requireStorable(TextCap.NAME, event.campaign().name());
        requireStorable(TextCap.NAME, event.campaign().term());
        requireStorable(TextCap.NAME, event.campaign().content());
    }

    /** As UTF-8, which it must be able to be, within the cap, and without NULs. */
    private static void requireStorable(TextCap cap, @Nullable String text) throws IOException {
        if (text == null) {
            return;
        }
        ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(text));
        if (bytes.remaining() > cap.maxBytes() || text.indexOf(0) >= 0) {
            throw new AssertionError("Not storable as " + cap + ": " + text);
        }
    }
}
