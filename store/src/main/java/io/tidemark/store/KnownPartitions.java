package io.tidemark.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Of which days a writer knows that they have a partition. Not thread-safe. */
final class KnownPartitions {
    private final Clock clock;
    private final Set<Long> days = new HashSet<>();

    /** Days that end before it need none: their events are rejected as expired. */
    private long eventsFromMillis = Long.MIN_VALUE;

    KnownPartitions(Clock clock) {
        this.clock = clock;
    }

    /** Of these days, those that may lack a partition. */
    SortedSet<Long> missing(Collection<Long> ofEvents) {
        SortedSet<Long> missing = new TreeSet<>(ofEvents);
        missing.removeAll(days);
        missing.removeIf(day -> (day + 1) * EventPartition.DAY_MILLIS <= eventsFromMillis);
        return missing;
    }

    /** Makes them where they are missing, within the connection's transaction, and leaves out those that have expired. */
    void make(Connection connection, SortedSet<Long> missing) throws SQLException {
        expireBefore(RetentionHorizon.eventsFrom(connection));
        SortedSet<Long> wanted = missing(missing);
        if (!wanted.isEmpty()) {
            EventPartitions.make(connection, wanted, EventPartition.dayOf(clock.millis()));
        }
    }

    /** To be called when what was made is committed. */
    void made(Collection<Long> ofEvents) {
        days.addAll(ofEvents);
    }

    void expireBefore(long millis) {
        eventsFromMillis = millis;
    }

    /** Trusts nothing any more: somebody has taken partitions away. */
    void forget() {
        days.clear();
    }
}
