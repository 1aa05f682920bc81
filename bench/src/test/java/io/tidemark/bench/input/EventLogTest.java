package io.tidemark.bench.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.RawEvent;
import io.tidemark.model.TumblingWindows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventLogTest {
    private static final String LINE =
            "81.2.69.142 - - [01/Mar/2026:12:0%d:00 +0000] \"GET /%d HTTP/1.1\" 200 5 \"%s\" \"curl/8\"\n";

    @TempDir
    private Path folder;

    private Path log(String... lines) throws IOException {
        return Files.writeString(folder.resolve("access.log"), String.join("", lines));
    }

    private static List<RawEvent> events(Workload workload, int partition) {
        List<RawEvent> events = new ArrayList<>();
        for (Events each = workload.events(partition); each.hasNext(); ) {
            events.add(each.next());
        }
        return events;
    }

    @Test
    void linesAreTakenInTurnAgainAndAgainAndLastWithTheirOwnTimes() throws Exception {
        EventLog log = EventLog.read(log(LINE.formatted(2, 2, "-"), LINE.formatted(1, 1, "https://a.example/"), "?\n"));
        Workload workload = Workload.of(log, 10);
        assertThat(workload.id()).isEqualTo("access.log-10ev-4p");
        assertThat(events(workload, 0)).hasSize(3).extracting(RawEvent::url).containsOnly("/1");
        assertThat(events(workload, 1)).hasSize(3).extracting(RawEvent::url).containsOnly("/2");
        assertThat(events(workload, 2))
                .extracting(each -> Instant.ofEpochMilli(each.eventTimeMillis()).toString())
                .containsExactly("2026-03-01T09:01:00Z", "2026-03-01T11:01:00Z");
    }

    @Test
    void theOracleCountsThemAndThoseWithoutReferrerToo() throws Exception {
        Workload workload = Workload.of(
                EventLog.read(log(LINE.formatted(1, 1, "-"), LINE.formatted(2, 2, "https://a.example/"))), 100);
        Oracle oracle = new TopicLoader(workload, TumblingWindows.of(Duration.ofHours(1))).count();
        assertThat(oracle.events()).isEqualTo(100);
        assertThat(oracle.byHost()).hasSize(50).containsValue(2L);
        assertThat(oracle.byHostAndReferrer().keySet())
                .extracting(Oracle.HitKey::referrer)
                .contains("", "https://a.example/");
    }

    @Test
    void whatEnrichmentWouldChangeIsLeftOut() throws Exception {
        String tooLong = "https://a.example/" + "x".repeat(3_000);
        EventLog log = EventLog.read(log(LINE.formatted(1, 1, tooLong), LINE.formatted(2, 2, "-")));
        Events events = Workload.of(log, 4).events(3);
        EnrichedEvent only = events.nextEnriched();
        assertThat(only.url()).isEqualTo("/2");
        assertThat(events.hasNext()).isFalse();
    }

    @Test
    void soManyThatTheFirstWouldBeBefore1970AreRefused() throws Exception {
        Workload workload = Workload.of(EventLog.read(log(LINE.formatted(1, 1, "-"))), 500_000);
        assertThatThrownBy(() -> workload.events(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "500,000 events are too many of access.log: taken 500000 times, it would begin before 1970");
    }

    @Test
    void aLogWithoutAnyEventIsRefused() throws Exception {
        Path file = log("?\n");
        assertThatThrownBy(() -> EventLog.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("No line of")
                .hasMessageContaining("access.log");
    }
}
