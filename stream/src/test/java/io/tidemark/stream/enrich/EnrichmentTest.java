package io.tidemark.stream.enrich;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEvent.ReferrerSource;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RejectReason;
import io.tidemark.model.TextCap;
import io.tidemark.testkit.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrichmentTest {
    private static final long NOON = 1_772_366_400_000L;

    private final Enrichment enrichment = new Enrichment(
            GeoLookup.open(null),
            new ClientResolver(UserAgentParser.shared()),
            VisitorIds.withFixedSalt(),
            IpPolicy.KEEP);

    @Test
    void eventGainsClientReferrerAndCampaign() throws InvalidEventException {
        EnrichedEvent event = enrichment.enrich(new RawEvent(
                "shop.example",
                NOON,
                "/a?utm_source=news",
                "https://www.google.com/",
                "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
                "81.2.69.142",
                null));
        assertThat(event.client().browser()).isEqualTo("Firefox");
        assertThat(event.source()).isEqualTo(ReferrerSource.CAMPAIGN);
        assertThat(event.campaign().source()).isEqualTo("news");
        assertThat(event.geo()).isSameAs(EnrichedEvent.Geo.UNKNOWN);
        assertThat(event.eventTimeMillis()).isEqualTo(NOON);
    }

    @Test
    void hostOfNulCharactersOnlyIsRejected() {
        assertThatThrownBy(() -> enrichment.enrich(new RawEvent("\u0000 \u0000", NOON, null, null, null, null, null)))
                .isInstanceOfSatisfying(
                        InvalidEventException.class, e -> assertThat(e.reason()).isEqualTo(RejectReason.MISSING_HOST));
    }

    @Test
    void nulCharactersAreRemovedFromEveryText() throws InvalidEventException {
        EnrichedEvent event = enrichment.enrich(
                new RawEvent("a\u0000b", NOON, "/\u0000?utm_source=n\u0000", "\u0000", "x\u0000y", "\u00001", null));
        assertThat(event.host()).isEqualTo("ab");
        assertThat(event.url()).isEqualTo("/?utm_source=n");
        assertThat(event.referrer()).isEmpty();
        assertThat(event.userAgent()).isEqualTo("xy");
        assertThat(event.ip()).isEqualTo("1");
        assertThat(event.campaign().source()).isEqualTo("n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2001:db8::1",
                "::ffff:192.0.2.1",
                "fe80::1%eth0",
                "[::1]:80",
                "1.2.3.4, 5.6.7.8",
                "unknown",
                "256.1.1.1",
                ":",
                "-"
            })
    void anIpIsKeptAsItCameWhateverItIs(String ip) throws InvalidEventException {
        EnrichedEvent event = enrichment.enrich(new RawEvent("shop.example", NOON, null, null, null, ip, null));
        assertThat(event.ip()).isEqualTo(ip);
        assertThat(event.geo()).isEqualTo(EnrichedEvent.Geo.UNKNOWN);
    }

    @Test
    void naughtyStringsInEveryFieldAreHarmlessAndKeptWithinTheirCaps() throws IOException, InvalidEventException {
        List<String> naughty = new ArrayList<>();
        new ObjectMapper()
                .readTree(TestData.require("hostile/naughty-strings.json").toFile())
                .forEach(text -> naughty.add(text.asText()));
        assertThat(naughty).hasSizeGreaterThan(500);
        naughty.addAll(List.of("\u0000", "\uD800", "x\uDC00y", "é".repeat(10_000), "\uD83D\uDE00".repeat(5_000)));
        for (String text : naughty) {
            String host = text.replace("\u0000", "").isBlank() ? "shop.example" : text;
            assertWithinCaps(enrichment.enrich(new RawEvent(host, NOON, text, text, text, text, text)));
            String json = new ObjectMapper().writeValueAsString(java.util.Map.of("family", text, "user-agent", text));
            assertWithinCaps(enrichment.enrich(
                    new RawEvent(host, NOON, "?utm_source=" + text, "https://" + text, json, text, json)));
        }
    }

    @Test
    void placeAndVisitorAreToldFromTheWholeAddressAndLessOfItIsKept() throws InvalidEventException {
        RawEvent raw = new RawEvent("shop.example", NOON, null, null, "agent", "81.2.69.142", null);
        EnrichedEvent kept = enrichment.enrich(raw);
        EnrichedEvent truncated = with(IpPolicy.TRUNCATE).enrich(raw);
        EnrichedEvent dropped = with(IpPolicy.DROP).enrich(raw);
        assertThat(List.of(kept.ip(), truncated.ip())).containsExactly("81.2.69.142", "81.2.69.0");
        assertThat(dropped.ip()).isNull();
        assertThat(kept.visitorId()).matches("[0-9a-f]{16}");
        assertThat(List.of(truncated.visitorId(), dropped.visitorId())).containsOnly(kept.visitorId());
    }

    private static Enrichment with(IpPolicy policy) {
        return new Enrichment(
                GeoLookup.open(null), new ClientResolver(UserAgentParser.shared()), VisitorIds.withFixedSalt(), policy);
    }

    private static void assertWithinCaps(EnrichedEvent event) {
        assertWithin(TextCap.HOST, event.host());
        assertWithin(TextCap.IP, event.ip());
        assertWithin(TextCap.URL, event.url());
        assertWithin(TextCap.REFERRER, event.referrer());
        assertWithin(TextCap.USER_AGENT, event.userAgent());
        assertWithin(TextCap.NAME, event.client().device());
        assertWithin(TextCap.NAME, event.client().browser());
        assertWithin(TextCap.NAME, event.client().os());
        assertWithin(TextCap.NAME, event.campaign().source());
    }

    private static void assertWithin(TextCap cap, @Nullable String text) {
        if (text != null) {
            assertThat(text).doesNotContain("\u0000");
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            assertThat(utf8).hasSizeLessThanOrEqualTo(cap.maxBytes());
            assertThat(new String(utf8, StandardCharsets.UTF_8)).isEqualTo(text);
        }
    }
}
