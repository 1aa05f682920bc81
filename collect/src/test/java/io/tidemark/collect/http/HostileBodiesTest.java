package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEventCodec;
import io.tidemark.model.RejectReason;
import io.tidemark.testkit.HostileRecords;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Any bytes are either refused for a reason, or become a record that is JSON and begins with what was sent. */
class HostileBodiesTest {
    private static final int BODIES = 100_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Sender SENDER =
            new Sender("192.0.2.1", "agent \"\ud800\u0000<script>", "https://a.test/\"\\\r\n", "a.test", "{}", false);

    @Test
    void everyBodyIsRefusedOrBecomesAnEvent() throws Exception {
        long seed = Long.getLong("tidemark.fuzz.seed", System.nanoTime());
        System.out.printf("%d bodies from -Dtidemark.fuzz.seed=%d%n", BODIES, seed);
        HostileRecords records = new HostileRecords(seed, Instant.parse("2026-03-01T12:00:00Z"));
        EventsBody bodies = new EventsBody(500);
        RawEventCodec codec = new RawEventCodec();
        Map<Refusal, Integer> refused = new EnumMap<>(Refusal.class);
        int taken = 0;
        for (int i = 0; i < BODIES; i++) {
            byte[] record = records.next();
            byte[] body = record == null ? new byte[0] : record;
            List<SentEvent> events;
            try {
                events = bodies.read(body);
            } catch (RefusedException e) {
                refused.merge(e.refusal(), 1, Integer::sum);
                continue;
            }
            for (SentEvent each : events) {
                taken++;
                byte[] value = RawRecord.of(each, SENDER, each.fields().contains("host") ? null : "a.test", 1_000L);
                JsonNode whole = JSON.readTree(value);
                assertThat(whole.isObject()).as("body %d", i).isTrue();
                assertThat(new String(value, UTF_8))
                        .as("body %d", i)
                        .startsWith(new String(each.json(), 0, each.json().length - 1, UTF_8));
                try {
                    assertThat(codec.decode(value).host()).isNotBlank();
                } catch (InvalidEventException e) {
                    assertThat(e.reason())
                            .as("body %d: %s", i, e.getMessage())
                            .isNotEqualTo(RejectReason.MALFORMED_JSON);
                }
            }
        }
        assertThat(taken).isGreaterThan(BODIES / 20);
        assertThat(refused.keySet()).contains(Refusal.INVALID_BODY);
    }
}
