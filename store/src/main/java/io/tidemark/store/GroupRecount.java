package io.tidemark.store;

import static java.util.Comparator.comparing;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import io.tidemark.model.GroupCounts;
import io.tidemark.model.MergedGroups;
import io.tidemark.model.SlicedWindows;
import io.tidemark.model.TumblingWindows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.postgresql.util.PSQLState;

/**
 * Counts windows of aggregates once more, from {@code processed_events}, within a transaction of the caller's. Not in SQL, as those of
 * the contract are: what a page is and who is a visitor is told by the same code that told it to the job, and sketches are none of
 * Postgres'. All that is counted now is recomputed, whatever the job that recomputes counts itself: a mark that it takes may be
 * another's. For one thread.
 */
final class GroupRecount {
    private static final int ROWS_AT_ONCE = 10_000;

    private final Connection connection;
    private final TumblingWindows ofJob;
    private final List<Aggregate> aggregates;
    private final Map<String, GroupUpsert> upserts = new HashMap<>();

    GroupRecount(Connection connection, long jobSizeMillis) throws SQLException {
        this.connection = connection;
        this.ofJob = new TumblingWindows(jobSizeMillis);
        this.aggregates = AggregateTables.all(connection, jobSizeMillis);
        aggregates.forEach(each -> upserts.put(each.id(), new GroupUpsert(each)));
    }

    private record Window(long start, long end) {}

    /**
     * Recomputes the windows in all aggregates that have them: as writers do, by kinds of windows, and of each by their ends. No more
     * is in memory than the groups of one window, by slices.
     *
     * @param startsBySize starts of the windows by their sizes; all in milliseconds
     * @param within how long it may take if there are several windows; zero for no limit
     * @throws SQLException also if it takes too long, as Postgres says it of a statement
     */
    void recompute(Map<Long, SortedSet<Long>> startsBySize, Duration within) throws SQLException {
        Map<String, List<Aggregate>> byWindows = new TreeMap<>();
        for (Aggregate each : aggregates) {
            String windows = each.windows() == null ? "" : each.windows().toString();
            byWindows.computeIfAbsent(windows, none -> new ArrayList<>()).add(each);
        }
        long began = System.nanoTime();
        int marked = startsBySize.values().stream().mapToInt(Collection::size).sum();
        for (List<Aggregate> each : byWindows.values()) {
            SlicedWindows kind = each.get(0).windowsOr(ofJob);
            TreeMap<Long, List<GroupCount>> slices = new TreeMap<>();
            for (Window window : windows(kind, startsBySize)) {
                slices.headMap(window.start).clear();
                recompute(each, kind, window, slices);
                if (!within.isZero() && marked > 1 && System.nanoTime() - began > within.toNanos()) {
                    throw new SQLException(
                            "Counting " + marked + " windows takes longer than " + within,
                            PSQLState.QUERY_CANCELED.getState());
                }
            }
        }
    }

    private static List<Window> windows(SlicedWindows kind, Map<Long, SortedSet<Long>> startsBySize) {
        List<Window> found = new ArrayList<>();
        startsBySize.forEach((size, starts) -> starts.stream()
                .filter(start -> kind.has(start, size))
                .forEach(start -> found.add(new Window(start, start + size))));
        found.sort(comparing(Window::end));
        return found;
    }

    /** @param slices those that windows before have counted, in part of this one */
    private void recompute(
            List<Aggregate> ofKind, SlicedWindows kind, Window window, Map<Long, List<GroupCount>> slices)
            throws SQLException {
        for (long slice = window.start; slice < window.end; slice += kind.everyMillis()) {
            if (!slices.containsKey(slice)) {
                slices.put(slice, count(ofKind, slice, kind.everyMillis()));
            }
        }
        if (kind.areSlices()) {
            GroupWriter.write(connection, upserts, slices.getOrDefault(window.start, List.of()));
            return;
        }
        Map<String, MergedGroups> merged = new HashMap<>();
        for (long slice = window.start; slice < window.end; slice += kind.everyMillis()) {
            for (GroupCount each : slices.getOrDefault(slice, List.of())) {
                merged.computeIfAbsent(each.aggregate(), none -> new MergedGroups())
                        .add(each.key(), each.hits(), each.visitors());
            }
        }
        List<GroupCount> whole = new ArrayList<>();
        merged.forEach((aggregate, groups) -> groups.forEach((key, hits, visitors) ->
                whole.add(new GroupCount(aggregate, window.start, window.end, key, hits, visitors))));
        GroupWriter.write(connection, upserts, whole);
    }

    /** Of one slice, what is stored and what was forgotten. */
    private List<GroupCount> count(List<Aggregate> ofKind, long start, long sizeMillis) throws SQLException {
        List<GroupCount> counted = new ArrayList<>();
        GroupCounts counts = new GroupCounts(ofKind, ofJob, counted::add);
        List<String> columns = List.copyOf(counts.columns());
        try (PreparedStatement select = connection.prepareStatement(sql(columns))) {
            select.setFetchSize(ROWS_AT_ONCE);
            select.setLong(1, start);
            select.setLong(2, start + sizeMillis);
            try (ResultSet events = select.executeQuery()) {
                Map<String, String> row = new HashMap<>();
                while (events.next()) {
                    row.clear();
                    for (int i = 0; i < columns.size(); i++) {
                        String text = events.getString(i + 1);
                        if (text != null) {
                            row.put(columns.get(i), text);
                        }
                    }
                    counts.add(row, start);
                }
            }
        }
        counts.handOnAll();
        ForgottenHits.addTo(counted, connection, ofKind, start, sizeMillis);
        return counted;
    }

    /** Takes the window's start and end in milliseconds. */
    private static String sql(List<String> columns) {
        return "select %s from processed_events where event_timestamp >= %s and event_timestamp < %2$s"
                .formatted(String.join(", ", texts(columns)), Sql.TIMESTAMP);
    }

    /** The columns of events as texts. */
    static List<String> texts(List<String> columns) {
        return columns.stream()
                .map(each -> each.equals("bot") ? "case when bot then 'true' else 'false' end" : each)
                .toList();
    }
}
