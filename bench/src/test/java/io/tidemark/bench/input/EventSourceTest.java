package io.tidemark.bench.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import io.tidemark.model.TumblingWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventSourceTest {
    private static final Workload WORKLOAD = new Workload(7, 20_003, 4, 1_000, 524, Duration.ofHours(1));

    @Test
    void theSameSeedGivesTheSameEventsAndAnotherOneOthers() {
        assertThat(events(WORKLOAD, 2)).isEqualTo(events(WORKLOAD, 2));
        assertThat(events(WORKLOAD, 2)).isNotEqualTo(events(WORKLOAD, 1));
        assertThat(events(Workload.hour(8, 100), 0)).isNotEqualTo(events(Workload.hour(9, 100), 0));
    }

    @Test
    void thereAreAsManyEventsOfThatSizeAndThatManyPairsAsWereAskedFor() {
        RawEventCodec codec = new RawEventCodec();
        Set<String> pairs = new HashSet<>();
        long number = 0;
        long bytes = 0;
        for (int partition = 0; partition < 4; partition++) {
            for (RawEvent event : events(WORKLOAD, partition)) {
                pairs.add(event.host() + " " + event.referrer());
                bytes += codec.encode(event).length;
                number++;
            }
        }
        assertThat(number).isEqualTo(20_003);
        assertThat(pairs).hasSizeBetween(900, 1_000);
        assertThat(bytes / number).isBetween(400L, 600L);
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 524, 1_024, 4_096})
    void eventsAreAboutAsLargeAsWasAskedFor(int bytes) {
        RawEventCodec codec = new RawEventCodec();
        List<RawEvent> events = events(Workload.hour(7, 1_000).withEventBytes(bytes), 0);
        assertThat(events.stream()
                        .mapToInt(each -> codec.encode(each).length)
                        .average()
                        .orElseThrow())
                .isCloseTo(bytes, Percentage.withPercentage(20));
        assertThat(events).extracting(RawEvent::userAgent).doesNotContainNull();
    }

    @Test
    void theOracleCountsEachEventOnce() throws Exception {
        Oracle oracle = new TopicLoader(WORKLOAD, TumblingWindows.of(Duration.ofMinutes(5))).count();
        assertThat(oracle.events()).isEqualTo(20_003);
        assertThat(oracle.byHostAndReferrer().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(20_003);
        assertThat(oracle.byHost().values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(20_003);
        assertThat(oracle.byHost()).hasSizeLessThan(oracle.byHostAndReferrer().size());
    }

    private static List<RawEvent> events(Workload workload, int partition) {
        List<RawEvent> events = new ArrayList<>();
        EventSource source = new EventSource(workload, partition);
        while (source.hasNext()) {
            events.add(source.next());
        }
        return events;
    }
}
