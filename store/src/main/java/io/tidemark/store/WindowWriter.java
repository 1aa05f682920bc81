package io.tidemark.store;

import static java.util.Comparator.comparing;

import io.tidemark.model.WindowCounts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stores windows, for one thread: upserts absolute values into both aggregate tables, so that writing a window twice
 * changes nothing. A count only ever grows: a lower one than stored is left out, so a writer that lags behind its successor
 * takes nothing back. Windows that are no longer kept, which only a replay brings, are left out. Not thread-safe; connects when first used.
 */
public final class WindowWriter implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(2);
    private static final int ROWS_PER_STATEMENT = 5_000;

    private static final String HOSTS = """
            insert into processed_events_aggregated as t (event_hour, host, num_hits)
            select timestamptz 'epoch' + w.start * interval '1 millisecond', w.host, w.hits
            from unnest(?::bigint[], ?::text[], ?::bigint[]) as w (start, host, hits)
            where w.start >= %s
            on conflict (event_hour, host) %s""".formatted(RetentionHorizon.WINDOWS_FROM_MILLIS, Sql.ONLY_GROW);
    private static final String REFERRERS = """
            insert into processed_events_aggregated_source as t (event_hour, host, referrer, num_hits)
            select timestamptz 'epoch' + w.start * interval '1 millisecond', w.host, w.referrer, w.hits
            from unnest(?::bigint[], ?::text[], ?::text[], ?::bigint[]) as w (start, host, referrer, hits)
            where w.start >= %s
            on conflict (event_hour, host, referrer) %s""".formatted(RetentionHorizon.WINDOWS_FROM_MILLIS, Sql.ONLY_GROW);

    private final Session session;

    public WindowWriter(StoreConfig config) {
        this(Session.patient(config.writerConnections("windows", ANSWER_WITHIN)));
    }

    WindowWriter(Session session) {
        this.session = session;
    }

    /** Whether it waits for Postgres now; to be asked from any thread. */
    public Waiting waiting() {
        return session.waiting();
    }

    private record Window(long startMillis, String host) {}

    /**
     * Stores windows in one transaction, so that the sums of both tables agree for every reader. The same window may be
     * there several times, as it was before and after late events: the highest counts are stored.
     *
     * @param windowSizeMillis size of the windows
     * @throws StoreException also if the tables are claimed for windows of another size, see {@link WindowSettings}
     */
    public void write(Collection<WindowCounts> windows, long windowSizeMillis) {
        if (windows.isEmpty()) {
            return;
        }
        List<WindowCounts> sorted = onePerKey(windows);
        session.transact("store " + sorted.size() + " windows", connection -> {
            WindowSettings.check(connection, windowSizeMillis);
            writeHosts(connection, sorted);
            writeReferrers(connection, sorted);
            raiseHosts(connection, sorted);
            return sorted.size();
        });
    }

    /** In the order of the tables' keys, so that two writers wait for each other rather than deadlock. */
    private static List<WindowCounts> onePerKey(Collection<WindowCounts> windows) {
        Map<Window, WindowCounts> byKey = new HashMap<>();
        for (WindowCounts window : windows) {
            byKey.merge(new Window(window.windowStartMillis(), window.host()), window, WindowWriter::highest);
        }
        List<WindowCounts> sorted = new ArrayList<>(byKey.values());
        sorted.sort(comparing(WindowCounts::windowStartMillis).thenComparing(WindowCounts::host));
        return sorted;
    }

    private static WindowCounts highest(WindowCounts one, WindowCounts other) {
        Map<String, Long> hits = new HashMap<>(one.hitsByReferrer());
        other.hitsByReferrer().forEach((referrer, count) -> hits.merge(referrer, count, Math::max));
        return new WindowCounts(one.windowStartMillis(), one.host(), hits);
    }

    private static void writeHosts(Connection connection, List<WindowCounts> windows) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(HOSTS)) {
            for (int from = 0; from < windows.size(); from += ROWS_PER_STATEMENT) {
                List<WindowCounts> chunk = windows.subList(from, Math.min(from + ROWS_PER_STATEMENT, windows.size()));
                upsert.setObject(
                        1,
                        chunk.stream()
                                .mapToLong(WindowCounts::windowStartMillis)
                                .toArray());
                upsert.setObject(2, chunk.stream().map(WindowCounts::host).toArray(String[]::new));
                upsert.setObject(3, chunk.stream().mapToLong(WindowCounts::hits).toArray());
                upsert.executeUpdate();
            }
        }
    }

    private static void writeReferrers(Connection connection, List<WindowCounts> windows) throws SQLException {
        try (ReferrerRows rows = new ReferrerRows(connection.prepareStatement(REFERRERS))) {
            for (WindowCounts window : windows) {
                String[] referrers = window.hitsByReferrer().keySet().toArray(String[]::new);
                Arrays.sort(referrers);
                for (String referrer : referrers) {
                    rows.add(window, referrer);
                }
            }
            rows.send();
        }
    }

    private static void raiseHosts(Connection connection, List<WindowCounts> windows) throws SQLException {
        try (PreparedStatement raise = connection.prepareStatement(Sql.HOSTS_FROM_REFERRERS)) {
            raise.setObject(
                    1,
                    windows.stream().mapToLong(WindowCounts::windowStartMillis).toArray());
            raise.setObject(2, windows.stream().map(WindowCounts::host).toArray(String[]::new));
            raise.executeUpdate();
        }
    }

    /** Gathers rows for a statement, and sends them when it has enough. */
    private static final class ReferrerRows implements AutoCloseable {
        private final PreparedStatement upsert;
        private final long[] starts = new long[ROWS_PER_STATEMENT];
        private final String[] hosts = new String[ROWS_PER_STATEMENT];
        private final String[] referrers = new String[ROWS_PER_STATEMENT];
        private final long[] hits = new long[ROWS_PER_STATEMENT];
        private int count;

        ReferrerRows(PreparedStatement upsert) {
            this.upsert = upsert;
        }

        void add(WindowCounts window, String referrer) throws SQLException {
            starts[count] = window.windowStartMillis();
            hosts[count] = window.host();
            referrers[count] = referrer;
            hits[count] = window.hitsByReferrer().getOrDefault(referrer, 0L);
            if (++count == ROWS_PER_STATEMENT) {
                send();
            }
        }

        void send() throws SQLException {
            if (count > 0) {
                upsert.setObject(1, Arrays.copyOf(starts, count));
                upsert.setObject(2, Arrays.copyOf(hosts, count));
                upsert.setObject(3, Arrays.copyOf(referrers, count));
                upsert.setObject(4, Arrays.copyOf(hits, count));
                upsert.executeUpdate();
                count = 0;
            }
        }

        @Override
        public void close() throws SQLException {
            upsert.close();
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
