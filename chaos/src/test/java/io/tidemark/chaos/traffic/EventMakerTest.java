package io.tidemark.chaos.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EventMakerTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final Duration LATENESS = Duration.ofSeconds(15);

    @Test
    void theSameSeedMakesTheSameRecords() {
        assertThat(make(5)).isEqualTo(make(5)).isNotEqualTo(make(6));
    }

    @Test
    void everyKindOfRecordIsMade() {
        List<Sent> records = make(1);
        List<Outcome.Stored> views = views(records);
        assertThat(records).extracting(Sent::id).doesNotHaveDuplicates();
        assertThat(records).extracting(Sent::partition).contains(0, 1, 2, 3);
        assertThat(views).hasSizeBetween(8_500, 9_500);
        assertThat(views).anyMatch(view -> view.eventMillis() < NOW - LATENESS.toMillis());
        assertThat(views).anyMatch(view -> view.referrer().isEmpty());
        assertThat(views).anyMatch(view -> view.referrer().length() == 2_000);
        assertThat(views).extracting(Outcome.Stored::url).containsNull().anyMatch(url -> bytes(url) == 8_191);
        assertThat(views).extracting(Outcome.Stored::userAgent).containsNull().anyMatch(agent -> bytes(agent) == 2_048);
        assertThat(views).extracting(Outcome.Stored::ip).containsNull();
        assertThat(records)
                .map(Sent::outcome)
                .filteredOn(outcome -> outcome instanceof Outcome.Rejected)
                .map(outcome -> ((Outcome.Rejected) outcome).reason())
                .contains(
                        "empty",
                        "malformed_json",
                        "not_an_object",
                        "wrong_type",
                        "missing_host",
                        "missing_event_time",
                        "invalid_event_time",
                        "event_time_in_future");
    }

    @Test
    void whatIsToBeStoredIsWhatTheRecordSays() throws IOException {
        ObjectMapper json = new ObjectMapper();
        for (Sent record : make(2)) {
            if (record.outcome() instanceof Outcome.Stored view) {
                JsonNode sent =
                        json.readTree(new String(Objects.requireNonNull(record.bytes()), StandardCharsets.UTF_8));
                assertThat(sent.get("host").asText()).isEqualTo(view.host());
                assertThat(sent.path("referrer").asText("").replace("\0", "").replace("null", ""))
                        .startsWith(view.referrer());
                assertThat(sent.path("url").asText("").replace("null", "")).startsWith(orEmpty(view.url()));
                assertThat(sent.path("ip").asText("").replace("null", "")).isEqualTo(orEmpty(view.ip()));
                assertThat(sent.path("user_agent").asText("").replace("null", ""))
                        .startsWith(orEmpty(view.userAgent()));
                assertThat(sent.get("event_time").asText()).hasSizeGreaterThanOrEqualTo(20);
            }
        }
    }

    @Test
    void aSmallPartOfTheRecordsGoesToTheQuietPartition() {
        List<Sent> records = make(3);
        long least = IntStream.range(0, 4)
                .mapToLong(partition -> records.stream()
                        .filter(record -> record.partition() == partition)
                        .count())
                .min()
                .orElseThrow();
        assertThat(least).isBetween(20L, 400L);
    }

    private static int bytes(@Nullable String text) {
        return orEmpty(text).getBytes(StandardCharsets.UTF_8).length;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static List<Sent> make(long seed) {
        EventMaker maker = new EventMaker(new SplittableRandom(seed), 4, LATENESS);
        List<Sent> records = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            records.add(maker.next(NOW));
        }
        return records;
    }

    private static List<Outcome.Stored> views(List<Sent> records) {
        return records.stream()
                .map(Sent::outcome)
                .filter(outcome -> outcome instanceof Outcome.Stored)
                .map(outcome -> (Outcome.Stored) outcome)
                .toList();
    }
}
