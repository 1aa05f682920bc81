package io.tidemark.chaos.check;

import io.tidemark.chaos.traffic.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Reads everything that a run has left. */
public final class EvidenceCollector {
    private static final String RAW = "web-events";
    private static final String SECOND = "process_events_kafka";
    private static final String REJECTED = "web-events-rejected";

    private EvidenceCollector() {}

    /** Reads all topics and tables once. */
    public static Evidence collect(TopicsReader topics, Connection connection, String rawTopicId) throws SQLException {
        Map<Place, Long> raw = topics.raw(RAW);
        return new Evidence(
                rawTopicId,
                raw,
                topics.ends(RAW),
                topics.forwarded(SECOND),
                topics.rejected(REJECTED),
                Tables.events(connection),
                Tables.rejections(connection),
                Tables.ledger(connection),
                Tables.byHost(connection),
                Tables.byReferrer(connection),
                Tables.groups(connection),
                Tables.views(connection),
                Tables.sessions(connection));
    }
}
