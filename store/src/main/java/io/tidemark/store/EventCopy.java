package io.tidemark.store;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.EventTime;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** Rows on their way into {@code processed_events} by COPY, and the search for those that Postgres refuses. */
final class EventCopy {
    private static final int COLUMNS = 22;
    private static final String COPY = """
            copy processed_events (ip, event_timestamp, referrer, host, url, geodata, country, device, browser, os, bot,
                referrer_source, utm_source, utm_medium, utm_campaign, utm_term, utm_content, user_agent,
                source_topic_id, source_partition, source_offset, visitor_id)
            from stdin (format binary)""";

    /**
     * Classes of error codes that are a row's own fault (Postgres manual, appendix "PostgreSQL Error Codes"): data
     * exception, integrity constraint violation, with check option violation, program limit exceeded.
     */
    private static final Set<String> FAULT_OF_A_ROW = Set.of("22", "23", "44", "54");

    private static final String RAISED_BY_A_TRIGGER = "P0001";

    private final EnrichedEventCodec codec = new EnrichedEventCodec();
    private final CopyBuffer rows = new CopyBuffer();
    private final List<SourceCoordinates> places = new ArrayList<>();
    private final Set<Long> days = new HashSet<>();
    private long lastDay = Long.MIN_VALUE;

    /** When each row's event was. */
    private long[] times = new long[1024];

    /** Rows that are not sent, since they are expired. */
    private final BitSet leftOut = new BitSet();

    void add(EnrichedEvent event, SourceCoordinates at) {
        places.add(at);
        note(event.eventTimeMillis());
        rows.row(COLUMNS)
                .text(event.ip())
                .timestamp(event.eventTimeMillis())
                .text(event.referrer())
                .text(event.host())
                .text(event.url())
                .text(codec.geodata(event.geo()))
                .text(event.geo().country())
                .text(event.client().device())
                .text(event.client().browser())
                .text(event.client().os())
                .bool(event.client().bot())
                .text(event.source().code())
                .text(event.campaign().source())
                .text(event.campaign().medium())
                .text(event.campaign().name())
                .text(event.campaign().term())
                .text(event.campaign().content())
                .text(event.userAgent())
                .uuid(at.topicId())
                .int4(at.partition())
                .int8(at.offset())
                .text(event.visitorId());
    }

    private void note(long millis) {
        int row = rows.rows();
        if (row == times.length) {
            times = Arrays.copyOf(times, 2 * row);
        }
        times[row] = millis;
        long day = EventPartition.dayOf(millis);
        if (day != lastDay) {
            days.add(day);
            lastDay = day;
        }
    }

    int rows() {
        return rows.rows();
    }

    /** The days of the events, in UTC, since 1970-01-01. */
    Set<Long> days() {
        return days;
    }

    /**
     * Leaves out the rows of events from before that time, and no others.
     *
     * @return what they are rejected with
     */
    List<Rejection> leaveOutBefore(long millis) {
        leftOut.clear();
        List<Rejection> expired = new ArrayList<>();
        for (int row = 0; row < rows.rows(); row++) {
            if (times[row] < millis) {
                leftOut.set(row);
                expired.add(new Rejection(
                        places.get(row),
                        RejectReason.EXPIRED,
                        "event_time %s is before %s, from which on events are kept"
                                .formatted(EventTime.format(times[row]), EventTime.format(millis))));
            }
        }
        return expired;
    }

    /** Bytes of the rows. */
    int size() {
        return rows.size();
    }

    void clear() {
        rows.clear();
        places.clear();
        days.clear();
        lastDay = Long.MIN_VALUE;
        leftOut.clear();
    }

    /** Whether the error may be the fault of a single row, so that the others can be stored without it. */
    static boolean isFaultOfARow(@Nullable Throwable failure) {
        String state = failure instanceof SQLException e ? e.getSQLState() : null;
        return RAISED_BY_A_TRIGGER.equals(state)
                || (state != null
                        && state.length() == 5
                        && FAULT_OF_A_ROW.contains(state.substring(0, 2))
                        && !lacksPartition(failure));
    }

    /**
     * Whether there is no partition for a row: told by the code of a violated check, yet of no constraint. That is no fault of the
     * row.
     */
    static boolean lacksPartition(@Nullable Throwable failure) {
        return failure instanceof PSQLException e
                && PSQLState.CHECK_VIOLATION.getState().equals(e.getSQLState())
                && e.getServerErrorMessage() != null
                && e.getServerErrorMessage().getConstraint() == null;
    }

    /** Sends all rows, or none. */
    void sendAll(Connection connection) throws SQLException {
        if (leftOut.nextClearBit(0) < rows.rows()) {
            send(connection, 0, rows.rows());
        }
    }

    /**
     * Sends the rows that Postgres takes, halving again and again those that hold a bad one.
     *
     * @return those that it refuses
     */
    List<Rejection> sendGood(Connection connection) throws SQLException {
        List<Rejection> refused = new ArrayList<>();
        try (Statement immediate = connection.createStatement()) {
            // Else a deferred constraint speaks up at the commit only, and of no row in particular.
            immediate.execute("set constraints all immediate");
        }
        sendGood(connection, 0, rows.rows(), refused);
        return refused;
    }

    private void sendGood(Connection connection, int from, int to, List<Rejection> refused) throws SQLException {
        if (leftOut.nextClearBit(from) >= to) {
            return;
        }
        Savepoint before = connection.setSavepoint();
        try {
            send(connection, from, to);
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (!isFaultOfARow(e)) {
                throw e;
            }
            connection.rollback(before);
            if (to - from == 1) {
                refused.add(new Rejection(
                        places.get(from), RejectReason.REFUSED_BY_DATABASE, e.getSQLState() + ": " + firstLine(e)));
            } else {
                int middle = (from + to) >>> 1;
                sendGood(connection, from, middle, refused);
                sendGood(connection, middle, to, refused);
            }
        }
    }

    private static String firstLine(SQLException e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse(message);
    }

    private void send(Connection connection, int from, int to) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
        try {
            rows.writeTo(copy, from, to, leftOut);
            copy.endCopy();
        } catch (SQLException e) {
            cancel(copy, e);
            throw e;
        }
    }

    /** Frees the connection for the rollback. */
    private static void cancel(CopyIn copy, SQLException cause) {
        try {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }
}
