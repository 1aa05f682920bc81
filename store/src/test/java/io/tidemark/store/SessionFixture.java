package io.tidemark.store;

import static io.tidemark.store.StoreFixture.NOON;
import static io.tidemark.store.StoreFixture.at;
import static io.tidemark.store.StoreFixture.rows;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.PageView;
import io.tidemark.model.SessionSpan;
import io.tidemark.model.SessionsBy;
import io.tidemark.model.VisitorSession;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Page views by the minute after noon, and a look at the rows that shares nothing with the store's code. */
final class SessionFixture {
    static final String HOST = "a.example";
    static final String ANN = "00000000000000aa";
    static final String BOB = "00000000000000bb";
    static final SessionSettings SETTINGS = SessionSettings.of(Duration.ofMinutes(5), SessionsBy.VISITOR);
    static final long MINUTE = 60_000;

    private SessionFixture() {}

    /** The page view at that minute, whose page, offset and so on are told by it. */
    static PageView view(double minute) {
        long millis = Math.round(minute * MINUTE);
        return new PageView(NOON + millis, at(0, 1_000_000 + millis), "/" + millis, "direct", "192.0.2.0");
    }

    static VisitorSession session(String visitor, double... minutes) {
        List<SessionSpan> sessions = SessionSpan.of(
                Arrays.stream(minutes).mapToObj(SessionFixture::view).toList(), Long.MAX_VALUE / 4);
        return new VisitorSession(HOST, visitor, sessions.get(0));
    }

    /** The event that the page view is of. */
    static EnrichedEvent event(@Nullable String visitor, PageView view) {
        return new EnrichedEvent(
                HOST,
                view.timeMillis(),
                view.ip(),
                "https://a.example" + view.page() + "?q=1",
                null,
                null,
                visitor,
                EnrichedEvent.Geo.UNKNOWN,
                EnrichedEvent.Client.UNKNOWN,
                EnrichedEvent.ReferrerSource.DIRECT,
                EnrichedEvent.Campaign.NONE);
    }

    /** Stores an event for each page view, which is where it says. */
    static void store(StoreConfig config, @Nullable String visitor, double... minutes) {
        try (EventWriter events = new EventWriter(config)) {
            int partition = 100
                    + (int) Long.parseLong(
                            rows(config, "select count(*) from ingest_ledger").get(0));
            for (double minute : minutes) {
                PageView view = view(minute);
                events.add(event(visitor, view), at(partition, view.source().offset()));
            }
            events.flush();
        }
    }

    /** Visitor, minutes of start and end, hits and revision of every row. */
    static List<String> sessions(StoreConfig config) {
        return rows(config, """
                select right(visitor_id, 2), (extract(epoch from session_start) * 1000)::bigint - %1$d,
                    (extract(epoch from session_end) * 1000)::bigint - %1$d, num_hits, revision
                from processed_events_sessions order by 1, 2""".formatted(NOON)).stream()
                .map(SessionFixture::inMinutes)
                .toList();
    }

    private static String inMinutes(String row) {
        String[] fields = row.split("\\|", -1);
        return "%s %s-%s: %s r%s"
                .formatted(
                        fields[0],
                        Long.parseLong(fields[1]) / (double) MINUTE,
                        Long.parseLong(fields[2]) / (double) MINUTE,
                        fields[3],
                        fields[4]);
    }

    static List<String> marks(StoreConfig config) {
        return rows(config, """
                select right(visitor_id, 2), ((extract(epoch from span_start) * 1000)::bigint - %1$d) / %2$d,
                    ((extract(epoch from span_end) * 1000)::bigint - %1$d) / %2$d
                from session_corrections order by 1, 2, 3""".formatted(NOON, MINUTE));
    }
}
