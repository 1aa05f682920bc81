package io.tidemark.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.model.EnrichedEvent.Campaign;
import io.tidemark.model.EnrichedEvent.Client;
import io.tidemark.model.EnrichedEvent.Geo;
import io.tidemark.model.EnrichedEvent.ReferrerSource;
import org.junit.jupiter.api.Test;

class EnrichedEventCodecTest {
    private static final long NOON = 1_772_366_400_000L;

    private final EnrichedEventCodec codec = new EnrichedEventCodec();

    @Test
    void fieldsOfTheContractAreAlwaysThere() {
        EnrichedEvent bare = new EnrichedEvent(
                "h",
                NOON,
                null,
                null,
                null,
                null,
                null,
                Geo.UNKNOWN,
                Client.UNKNOWN,
                ReferrerSource.DIRECT,
                Campaign.NONE);
        assertThat(new String(codec.encode(bare), UTF_8)).isEqualTo("""
                        {"ip":null,"event_timestamp":"2026-03-01T12:00:00.000Z","referrer":null,"host":"h","url":null,\
                        "geodata":"{}","bot":false,"referrer_source":"direct"}""");
    }

    @Test
    void whatEnrichmentKnowsIsAdded() {
        EnrichedEvent full = new EnrichedEvent(
                "h",
                NOON,
                "2.125.160.216",
                "/?utm_source=n",
                "https://x.org",
                "Mozilla",
                "0123456789abcdef",
                new Geo("GB", "England", "Boxford"),
                new Client("Phone", "Firefox", "Android", false),
                ReferrerSource.CAMPAIGN,
                new Campaign("n", "mail", "spring", "t", "c"));
        assertThat(new String(codec.encode(full), UTF_8)).isEqualTo("""
                        {"ip":"2.125.160.216","event_timestamp":"2026-03-01T12:00:00.000Z","referrer":"https://x.org",\
                        "host":"h","url":"/?utm_source=n",\
                        "geodata":"{\\"country\\":\\"GB\\",\\"state\\":\\"England\\",\\"city\\":\\"Boxford\\"}",\
                        "country":"GB","device":"Phone","browser":"Firefox","os":"Android","bot":false,\
                        "referrer_source":"campaign","utm_source":"n","utm_medium":"mail","utm_campaign":"spring",\
                        "utm_term":"t","utm_content":"c","visitor_id":"0123456789abcdef"}""");
    }

    @Test
    void aHitIsReadFromWhatWasWritten() throws Exception {
        EnrichedEvent event = new EnrichedEvent(
                "h",
                NOON,
                null,
                "/",
                "r",
                null,
                null,
                Geo.UNKNOWN,
                Client.UNKNOWN,
                ReferrerSource.OTHER,
                Campaign.NONE);
        assertThat(codec.decodeHit(codec.encode(event))).isEqualTo(new Hit("h", "r", NOON));
    }

    @Test
    void aMissingReferrerIsEmpty() throws Exception {
        Hit expected = new Hit("h", "", NOON);
        assertThat(codec.decodeHit("{\"host\":\"h\",\"event_timestamp\":\"2026-03-01T12:00:00.000Z\"}".getBytes(UTF_8)))
                .isEqualTo(expected);
        assertThat(codec.decodeHit("{\"host\":\"h\",\"referrer\":null,\"event_timestamp\":\"2026-03-01T12:00:00.000Z\"}"
                        .getBytes(UTF_8)))
                .isEqualTo(expected);
    }

    @Test
    void aForeignRecordThatCannotBeCountedHasAReason() {
        assertThat(assertThrows(InvalidEventException.class, () -> codec.decodeHit("{".getBytes(UTF_8)))
                        .reason())
                .isEqualTo(RejectReason.MALFORMED_JSON);
        assertThat(assertThrows(InvalidEventException.class, () -> codec.decodeHit("{}".getBytes(UTF_8)))
                        .reason())
                .isEqualTo(RejectReason.MISSING_HOST);
    }
}
