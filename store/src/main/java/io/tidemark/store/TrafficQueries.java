package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.VisitorUnion;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The questions that the command line asks of the results. All times are milliseconds since the epoch. Not thread-safe. */
public final class TrafficQueries implements AutoCloseable {
    /** What is shown for a page view without a referrer. */
    public static final String DIRECT = "(direct)";

    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(10);
    private static final String REFERRER = "coalesce(nullif(referrer, ''), '" + DIRECT + "')";
    private static final String CLOSED_HOSTS = "select host, sum(num_hits) from processed_events_aggregated";
    private static final String CLOSED_REFERRERS =
            "select " + REFERRER + ", sum(num_hits) from processed_events_aggregated_source";
    private static final String PAGES = "processed_events_aggregated_page";
    private static final String CLOSED_PAGES = "select host || path, sum(num_hits) from " + PAGES;
    private static final String VISITORS = "processed_events_aggregated_visitors";
    private static final String SKETCHES =
            "select visitors_sketch from " + VISITORS + " where host = ? and visitors_sketch is not null";
    private static final String EXISTS = "select to_regclass(?) is not null";
    private static final int SKETCHES_AT_ONCE = 10_000;
    private static final String OPEN_HOSTS = "select host, count(*) from processed_events";
    private static final String OPEN_REFERRERS = "select " + REFERRER + ", count(*) from processed_events";
    private static final String OF_WINDOW = " where event_hour = " + Sql.TIMESTAMP;
    private static final String BETWEEN =
            " where event_timestamp >= " + Sql.TIMESTAMP + " and event_timestamp < " + Sql.TIMESTAMP;
    private static final String TOP = " group by 1 order by 2 desc, 1 limit ?";
    private static final String TOTALS = """
            select (select count(*) from processed_events), count(distinct event_hour), count(*),
                (select count(*) from processed_events_aggregated_source), coalesce(sum(num_hits), 0)
            from processed_events_aggregated""";
    private static final String LAST_WINDOW =
            "select " + Sql.MILLIS.formatted("max(event_hour)") + " from processed_events_aggregated";

    private static final String SESSIONS = """
            select host, count(*), avg(num_hits), avg(bounce::int) from processed_events_sessions
            group by host order by 2 desc, 1 limit ?""";

    private final Session session;

    public TrafficQueries(StoreConfig config) {
        this.session = new Session(config.connections("queries", ANSWER_WITHIN));
    }

    /**
     * How much there is.
     *
     * @param events rows of {@code processed_events}
     * @param windows windows with at least one page view
     * @param hostRows rows of {@code processed_events_aggregated}
     * @param referrerRows rows of {@code processed_events_aggregated_source}
     * @param counted page views in all windows
     */
    public record Totals(long events, long windows, long hostRows, long referrerRows, long counted) {}

    /** A host or a referrer and its page views; {@value TrafficQueries#DIRECT} stands for no referrer. */
    public record Ranked(String name, long hits) {
        public Ranked {
            requireNonNull(name, "name is null");
        }
    }

    /**
     * The sessions of a host.
     *
     * @param eventsPerSession page views in a session, on average
     * @param bounceRate share of the sessions that are a single page view, 0 to 1
     */
    public record HostSessions(String host, long sessions, double eventsPerSession, double bounceRate) {
        public HostSessions {
            requireNonNull(host, "host is null");
        }
    }

    /** The hosts with the most sessions; empty if there are none. */
    public List<HostSessions> sessionsByHost(int limit) {
        return session.transact("average the sessions", connection -> {
            try (PreparedStatement query = connection.prepareStatement(SESSIONS)) {
                query.setInt(1, limit);
                List<HostSessions> found = new ArrayList<>();
                try (ResultSet rows = query.executeQuery()) {
                    while (rows.next()) {
                        found.add(new HostSessions(
                                rows.getString(1), rows.getLong(2), rows.getDouble(3), rows.getDouble(4)));
                    }
                }
                return found;
            }
        });
    }

    /** Counts all, in one snapshot; reads whole tables. */
    public Totals totals() {
        return session.transact("count events and windows", connection -> {
            try (PreparedStatement count = connection.prepareStatement(TOTALS);
                    ResultSet row = count.executeQuery()) {
                row.next();
                return new Totals(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
            }
        });
    }

    /** Start of the newest window that has rows; empty if there is none. */
    public OptionalLong lastWindowStart() {
        return session.transact("find the last window", connection -> {
            try (PreparedStatement last = connection.prepareStatement(LAST_WINDOW);
                    ResultSet row = last.executeQuery()) {
                row.next();
                long start = row.getLong(1);
                return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(start);
            }
        });
    }

    /** The busiest hosts over all closed windows. */
    public List<Ranked> topHosts(int limit) {
        return top("hosts", CLOSED_HOSTS + TOP, limit);
    }

    /** The busiest referrers over all closed windows. */
    public List<Ranked> topReferrers(int limit) {
        return top("referrers", CLOSED_REFERRERS + TOP, limit);
    }

    /** The busiest pages over all closed windows, as host and path; empty if pages are not counted. */
    public List<Ranked> topPages(int limit) {
        return exists(PAGES) ? top("pages", CLOSED_PAGES + TOP, limit) : List.of();
    }

    /**
     * How many visitors a host had in all closed windows, about; who came on several days counts once a day.
     *
     * @return empty if visitors are not counted
     */
    public OptionalLong visitors(String host) {
        if (!exists(VISITORS)) {
            return OptionalLong.empty();
        }
        return session.transact("count the visitors", connection -> {
            try (PreparedStatement select = connection.prepareStatement(SKETCHES)) {
                select.setFetchSize(SKETCHES_AT_ONCE);
                select.setString(1, host);
                try (ResultSet row = select.executeQuery()) {
                    VisitorUnion union = new VisitorUnion();
                    while (row.next()) {
                        union.add(row.getBytes(1));
                    }
                    return OptionalLong.of(union.estimate());
                }
            }
        });
    }

    private boolean exists(String table) {
        return session.transact("look for " + table, connection -> {
            try (PreparedStatement look = connection.prepareStatement(EXISTS)) {
                look.setString(1, table);
                try (ResultSet row = look.executeQuery()) {
                    return row.next() && row.getBoolean(1);
                }
            }
        });
    }

    /** The busiest hosts of a closed window. */
    public List<Ranked> topHostsOfWindow(long windowStartMillis, int limit) {
        return top("hosts", CLOSED_HOSTS + OF_WINDOW + TOP, windowStartMillis, limit);
    }

    /** The busiest referrers of a closed window. */
    public List<Ranked> topReferrersOfWindow(long windowStartMillis, int limit) {
        return top("referrers", CLOSED_REFERRERS + OF_WINDOW + TOP, windowStartMillis, limit);
    }

    /** The busiest hosts among the events in {@code [from, to)}, such as those of a window that is still open. */
    public List<Ranked> topHostsBetween(long fromMillis, long toMillis, int limit) {
        return top("hosts", OPEN_HOSTS + BETWEEN + TOP, fromMillis, toMillis, limit);
    }

    /** The busiest referrers among the events in {@code [from, to)}, such as those of a window that is still open. */
    public List<Ranked> topReferrersBetween(long fromMillis, long toMillis, int limit) {
        return top("referrers", OPEN_REFERRERS + BETWEEN + TOP, fromMillis, toMillis, limit);
    }

    private List<Ranked> top(String what, String sql, long... parameters) {
        return session.transact("list the top " + what, connection -> {
            try (PreparedStatement query = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    query.setLong(i + 1, parameters[i]);
                }
                return ranked(query);
            }
        });
    }

    private static List<Ranked> ranked(PreparedStatement query) throws SQLException {
        List<Ranked> found = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                found.add(new Ranked(rows.getString(1), rows.getLong(2)));
            }
        }
        return found;
    }

    @Override
    public void close() {
        session.close();
    }
}
