package io.tidemark.stream.session;

import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.SessionProgress;
import io.tidemark.store.SessionSettings;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.StartOffsetsResolver;
import java.time.Duration;
import java.util.OptionalLong;

/** What has to be settled before the session job is submitted. */
public final class SessionStart {
    private static final TumblingWindows TO_THE_MILLISECOND = new TumblingWindows(1);

    private SessionStart() {}

    /**
     * Where it starts if it does not go on from a checkpoint; the tables must be there. A session that is not written yet has a
     * page view less than the gap before what was closed, or later: from there on all are read. What a session has before that
     * is known to be missing, and the session recomputed.
     */
    public static StartOffsets offsets(
            KafkaSettings kafka, StoreConfig store, StartFrom from, SessionSettings sessions, Duration watermark) {
        OptionalLong reached = SessionProgress.reached(store);
        return new StartOffsetsResolver(kafka, Topics.ENRICHED, SessionConfig.GROUP_ID)
                .resolveAtWindow(
                        from,
                        TO_THE_MILLISECOND,
                        watermark.plusMillis(sessions.gapMillis()),
                        reached.isPresent() ? OptionalLong.of(lessGap(reached.getAsLong(), sessions)) : reached);
    }

    private static long lessGap(long reached, SessionSettings sessions) {
        return reached == SessionProgress.ALL ? reached : reached - sessions.gapMillis();
    }

    /**
     * Makes sure that the table may hold such sessions.
     *
     * @throws io.tidemark.store.StoreException if it holds sessions of another kind
     */
    public static void claim(StoreConfig store, SessionSettings sessions) {
        SessionSettings.claim(store, sessions);
    }
}
