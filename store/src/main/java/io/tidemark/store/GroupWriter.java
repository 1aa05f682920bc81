package io.tidemark.store;

import static java.util.Comparator.comparing;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Stores the windows of aggregates, for one thread: upserts absolute values, as {@link WindowWriter} does. Hits only ever grow,
 * and visitors are those of the row with the most hits. Not thread-safe; connects when first used.
 */
public final class GroupWriter implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(2);

    private final Session session;
    private final Map<String, GroupUpsert> upserts = new HashMap<>();

    /** @param aggregates those whose counts may come; their tables are there */
    public GroupWriter(StoreConfig config, List<Aggregate> aggregates) {
        this(Session.patient(config.writerConnections("groups", ANSWER_WITHIN)), aggregates);
    }

    GroupWriter(Session session, List<Aggregate> aggregates) {
        this.session = session;
        aggregates.forEach(each -> upserts.put(each.id(), new GroupUpsert(each)));
    }

    /** Whether it waits for Postgres now; to be asked from any thread. */
    public Waiting waiting() {
        return session.waiting();
    }

    private record Place(String aggregate, long windowEnd, String key) {}

    /**
     * Stores counts in one transaction. The same group of a window may be there several times, as it was before and after late
     * events: the highest counts are stored. Counts of another aggregate, of before a table was
     * made anew, are left out.
     *
     * @param windowSizeMillis size of the windows
     * @throws StoreException also if the tables are claimed for windows of another size, see {@link WindowSettings}
     */
    public void write(Collection<GroupCount> counts, long windowSizeMillis) {
        Map<Place, GroupCount> byPlace = new HashMap<>();
        for (GroupCount each : counts) {
            if (upserts.containsKey(each.aggregate())) {
                byPlace.merge(
                        new Place(each.aggregate(), each.windowEndMillis(), each.key()),
                        each,
                        (one, other) -> other.hits() > one.hits() ? other : one);
            }
        }
        if (byPlace.isEmpty()) {
            return;
        }
        session.transact("store " + byPlace.size() + " groups", connection -> {
            WindowSettings.check(connection, windowSizeMillis);
            write(connection, upserts, byPlace.values());
            return byPlace.size();
        });
    }

    /**
     * In the order of kinds of windows, of their ends, tables and keys, as a recomputation goes from window to window: so that two
     * writers wait for each other rather than deadlock.
     */
    static void write(Connection connection, Map<String, GroupUpsert> upserts, Collection<GroupCount> counts)
            throws SQLException {
        Map<String, List<GroupCount>> byWindows = new TreeMap<>();
        for (GroupCount each : counts) {
            GroupUpsert upsert = upserts.get(each.aggregate());
            if (upsert != null) {
                byWindows
                        .computeIfAbsent(upsert.windows(), none -> new ArrayList<>())
                        .add(each);
            }
        }
        for (List<GroupCount> each : byWindows.values()) {
            each.sort(comparing(GroupCount::windowEndMillis)
                    .thenComparing(GroupCount::aggregate)
                    .thenComparing(GroupCount::key));
            writeSorted(connection, upserts, each);
        }
    }

    private static void writeSorted(Connection connection, Map<String, GroupUpsert> upserts, List<GroupCount> sorted)
            throws SQLException {
        int from = 0;
        while (from < sorted.size()) {
            GroupCount first = sorted.get(from);
            int to = from;
            while (to < sorted.size() && isOfSameWindow(first, sorted.get(to))) {
                to++;
            }
            GroupUpsert upsert = upserts.get(first.aggregate());
            if (upsert != null) {
                upsert.write(connection, sorted.subList(from, to));
            }
            from = to;
        }
    }

    private static boolean isOfSameWindow(GroupCount one, GroupCount other) {
        return one.windowEndMillis() == other.windowEndMillis()
                && one.aggregate().equals(other.aggregate());
    }

    @Override
    public void close() {
        session.close();
    }
}
