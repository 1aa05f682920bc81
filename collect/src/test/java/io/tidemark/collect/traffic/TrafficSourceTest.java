package io.tidemark.collect.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import io.tidemark.model.RejectReason;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TrafficSourceTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);
    private static final int RECORDS = 50_000;

    private final List<RawEvent> events = new ArrayList<>();
    private final List<RawEvent> ahead = new ArrayList<>();
    private final List<RejectReason> refused = new ArrayList<>();

    private void generate() {
        TrafficSource source = new TrafficSource(42, NOON);
        for (int i = 0; i < RECORDS; i++) {
            try {
                RawEvent event = new RawEventCodec().decode(source.get());
                (event.eventTimeMillis() > NOON.millis() ? ahead : events).add(event);
            } catch (InvalidEventException e) {
                refused.add(e.reason());
            }
        }
    }

    private double share(Predicate<RawEvent> predicate) {
        return events.stream().filter(predicate).count() / (double) events.size();
    }

    @Test
    void sameSeedAndClockGiveTheSameRecords() {
        TrafficSource one = new TrafficSource(7, NOON);
        TrafficSource same = new TrafficSource(7, NOON);
        TrafficSource other = new TrafficSource(8, NOON);
        boolean differs = false;
        for (int i = 0; i < 5_000; i++) {
            byte[] record = one.get();
            assertThat(same.get()).isEqualTo(record);
            differs |= !Arrays.equals(record, other.get());
        }
        assertThat(differs).isTrue();
    }

    @Test
    void aboutOneInFiveHundredIsBrokenInEachOfItsWays() {
        generate();

        assertThat(refused.size() + ahead.size()).isBetween(60, 150);
        assertThat(Set.copyOf(refused)).isEqualTo(EnumSet.of(RejectReason.MALFORMED_JSON, RejectReason.MISSING_HOST));
        assertThat(ahead)
                .isNotEmpty()
                .allSatisfy(e -> assertThat(e.eventTimeMillis()).isEqualTo(NOON.millis() + 7_200_000));
    }

    @Test
    void timesAreAFewSecondsOutOfOrder() {
        generate();

        assertThat(events)
                .allSatisfy(e -> assertThat(NOON.millis() - e.eventTimeMillis()).isBetween(0L, 8_000L));
        assertThat(share(e -> NOON.millis() - e.eventTimeMillis() > 2_000)).isBetween(0.03, 0.10);
    }

    @Test
    void sitesAndPagesFollowZipfsLaw() {
        generate();

        Map<String, Long> hits = events.stream().collect(Collectors.groupingBy(RawEvent::host, Collectors.counting()));
        assertThat(hits).hasSize(6);
        List<Long> counts =
                hits.values().stream().sorted(Comparator.reverseOrder()).toList();
        assertThat(counts.get(0) / (double) counts.get(1)).isBetween(1.8, 2.2);
        assertThat(counts.get(0) / (double) counts.get(5)).isBetween(5.0, 7.0);
    }

    @Test
    void visitorsComeFromEverywhere() {
        generate();

        assertThat(share(e -> e.referrer() == null)).isBetween(0.36, 0.45);
        assertThat(share(e -> String.valueOf(e.referrer()).startsWith("https://" + e.host() + "/")))
                .isBetween(0.30, 0.40);
        assertThat(share(e -> String.valueOf(e.url()).contains("utm_campaign=")))
                .isBetween(0.03, 0.08);
        assertThat(share(e -> String.valueOf(e.referrer()).startsWith("https://www.google.com/")))
                .isGreaterThan(0.04);
        assertThat(distinct(RawEvent::userAgent)).isGreaterThan(20);
        assertThat(distinct(RawEvent::ip)).isGreaterThan(500);
    }

    private int distinct(Function<RawEvent, Object> field) {
        return events.stream().map(field).collect(Collectors.toSet()).size();
    }
}
