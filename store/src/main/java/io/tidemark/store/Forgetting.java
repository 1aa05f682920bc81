package io.tidemark.store;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import io.tidemark.model.GroupCounts;
import io.tidemark.model.TumblingWindows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Erases a person from what Postgres holds of single page views: their rows go, and what went stays accounted for. Counts stay, and
 * count on what was counted, also when a window is recomputed ({@link ForgottenHits}). Not thread-safe; connects when first used.
 */
public final class Forgetting implements AutoCloseable {
    private static final String SESSIONS = "processed_events_sessions";
    private static final String ERASED = "(erased)";

    /** Whose offsets are below the ledger's is not stored again, so nothing brings them back. */
    private static final String TAKE_ROWS = """
            with gone as (delete from processed_events where %s returning *, tableoid::regclass::text)
            insert into pg_temp.forgotten_now select * from gone""";

    private static final String ROOM =
            "create temporary table forgotten_now (like processed_events, of_partition text) on commit drop";
    private static final String PARTITIONS = "select distinct of_partition from pg_temp.forgotten_now order by 1";
    private static final String COUNT = "select count(*), count(distinct visitor_id) from processed_events where %s";
    private static final String SETTINGS = "select window_size_ms, time from aggregate_settings for share";
    private static final String HITS = """
            insert into forgotten_hits as t (table_name, window_start, group_key, num_hits)
            select '%s', date_bin(%d * interval '1 millisecond', event_timestamp, timestamptz 'epoch'),
                array[host, coalesce(referrer, '')], count(*)
            from pg_temp.forgotten_now
            group by 2, 3
            on conflict (table_name, window_start, group_key) do update set num_hits = t.num_hits + excluded.num_hits""";
    private static final String OF_AGGREGATES = "select %s, %s from pg_temp.forgotten_now";
    private static final String HAS_COLUMN = """
            select exists (select from pg_attribute where attrelid = to_regclass(?) and attname = ? and not attisdropped)""";
    private static final String IN_MESSAGE =
            "exists (select from unnest(?::text[]) as told where position(told in message) > 0)";

    /** As long as no windows are counted, of which most sizes are a multiple. */
    private static final long TEN_SECONDS = 10_000;

    private final Session session;
    private final ConnectionSource connections;

    public Forgetting(StoreConfig config) {
        this.connections = config.connections("forget", Duration.ZERO);
        this.session = new Session(connections);
    }

    /**
     * What there is of a person.
     *
     * @param events rows of {@code processed_events}
     * @param visitors how many visitors they are by {@code visitor_id}: more than one if an address is of several, or of several
     *     days or sites
     * @param sessions rows of {@code processed_events_sessions}
     * @param messages of rejected records, in {@code ingest_rejected}, which name them
     */
    public record Traces(long events, long visitors, long sessions, long messages) {}

    /** Looks for them. Changes nothing. */
    public Traces find(Person person) {
        return session.transact("look for a person", connection -> {
            requireTables(connection);
            return look(connection, person);
        });
    }

    /**
     * Erases them, all or nothing, and has Postgres reclaim the room of the rows, so that they do not stay in its files until
     * something else needs it. A query that began before may keep them there for longer.
     *
     * @return what there was
     */
    public Traces forget(Person person) {
        SortedSet<String> tables = new TreeSet<>();
        Traces traces = erase(person, tables);
        reclaim(tables);
        return traces;
    }

    private void reclaim(SortedSet<String> tables) {
        try (Connection connection = connections.open();
                Statement vacuum = connection.createStatement()) {
            connection.setAutoCommit(true);
            for (String table : tables) {
                vacuum.execute("vacuum " + table);
            }
        } catch (SQLException e) {
            throw new StoreException("All is deleted, but cannot vacuum " + tables + ": " + e.getMessage(), e);
        }
    }

    private Traces erase(Person person, SortedSet<String> tables) {
        return session.transact("forget a person", connection -> {
            requireTables(connection);
            try (Statement turn = connection.createStatement()) {
                // Else a recomputation under way could count the events, and then what was forgotten of them as well.
                GoneEvents.takeTurn(connection);
                turn.execute(ROOM);
            }
            Traces traces = look(connection, person);
            long events = update(connection, TAKE_ROWS, person);
            GoneEvents.note(connection, "select * from pg_temp.forgotten_now", GoneEvents.FORGOTTEN);
            noteHits(connection);
            tables.addAll(partitions(connection));
            long sessions = hasSessions(connection, person)
                    ? update(connection, "delete from " + SESSIONS + " where %s", person)
                    : 0;
            if (sessions > 0) {
                tables.add(SESSIONS);
            }
            long messages = eraseMessages(connection, person);
            if (messages > 0) {
                tables.add("ingest_rejected");
            }
            return new Traces(events, traces.visitors(), sessions, messages);
        });
    }

    private static List<String> partitions(Connection connection) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(PARTITIONS)) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        }
        return found;
    }

    private static Traces look(Connection connection, Person person) throws SQLException {
        long events;
        long visitors;
        try (PreparedStatement count = connection.prepareStatement(COUNT.formatted(condition(person)))) {
            set(connection, count, person);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                events = row.getLong(1);
                visitors = row.getLong(2);
            }
        }
        long sessions = 0;
        if (hasSessions(connection, person)) {
            try (PreparedStatement count = connection.prepareStatement(
                    "select count(*) from %s where %s".formatted(SESSIONS, condition(person)))) {
                set(connection, count, person);
                try (ResultSet row = count.executeQuery()) {
                    row.next();
                    sessions = row.getLong(1);
                }
            }
        }
        try (PreparedStatement count =
                connection.prepareStatement("select count(*) from ingest_rejected where " + IN_MESSAGE)) {
            count.setArray(1, connection.createArrayOf("text", person.texts().toArray()));
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return new Traces(events, visitors, sessions, row.getLong(1));
            }
        }
    }

    private static String condition(Person person) {
        return (person.visitor() == null ? "ip" : "visitor_id")
                + " = any (?::text[])"
                + (person.host() == null ? "" : " and host = ?");
    }

    private static void set(Connection connection, PreparedStatement statement, Person person) throws SQLException {
        statement.setArray(1, connection.createArrayOf("text", person.texts().toArray()));
        if (person.host() != null) {
            statement.setString(2, person.host());
        }
    }

    private static long update(Connection connection, String sql, Person person) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql.formatted(condition(person)))) {
            set(connection, update, person);
            return update.executeLargeUpdate();
        }
    }

    private static long eraseMessages(Connection connection, Person person) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update ingest_rejected set message = '" + ERASED + "' where " + IN_MESSAGE)) {
            update.setArray(1, connection.createArrayOf("text", person.texts().toArray()));
            return update.executeLargeUpdate();
        }
    }

    /** A table of another module, which may not be there, or tell people by other columns. */
    private static boolean hasSessions(Connection connection, Person person) throws SQLException {
        return hasColumn(connection, person.visitor() == null ? "ip" : "visitor_id")
                && (person.host() == null || hasColumn(connection, "host"));
    }

    private static boolean hasColumn(Connection connection, String column) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement(HAS_COLUMN)) {
            look.setString(1, SESSIONS);
            look.setString(2, column);
            try (ResultSet row = look.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static void noteHits(Connection connection) throws SQLException {
        long size = TEN_SECONDS;
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(SETTINGS)) {
                if (row.next()) {
                    size = row.getLong(1);
                }
            }
            statement.executeUpdate(HITS.formatted(ForgottenHits.OF_REFERRERS, size));
        }
        List<Aggregate> aggregates = AggregateTables.all(connection, size);
        if (!aggregates.isEmpty()) {
            ForgottenHits.add(connection, aggregates, hitsByGroup(connection, aggregates, size));
        }
    }

    private static List<GroupCount> hitsByGroup(Connection connection, List<Aggregate> aggregates, long size)
            throws SQLException {
        List<GroupCount> counted = new ArrayList<>();
        GroupCounts counts = new GroupCounts(aggregates, new TumblingWindows(size), counted::add);
        List<String> columns = List.copyOf(counts.columns());
        String start = Sql.MILLIS.formatted(
                "date_bin(" + size + " * interval '1 millisecond', event_timestamp, timestamptz 'epoch')");
        try (Statement select = connection.createStatement()) {
            select.setFetchSize(10_000);
            try (ResultSet events = select.executeQuery(
                    OF_AGGREGATES.formatted(start, String.join(", ", GroupRecount.texts(columns))))) {
                Map<String, String> row = new HashMap<>();
                while (events.next()) {
                    row.clear();
                    for (int i = 0; i < columns.size(); i++) {
                        String text = events.getString(i + 2);
                        if (text != null) {
                            row.put(columns.get(i), text);
                        }
                    }
                    counts.add(row, events.getLong(1));
                }
            }
        }
        counts.handOnAll();
        return counted;
    }

    private static void requireTables(Connection connection) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery("select to_regclass('forgotten_hits') is null")) {
            row.next();
            if (row.getBoolean(1)) {
                throw new StoreException(
                        "There is no table forgotten_hits in this database; 'tidemark up' and 'tidemark job' make what is missing",
                        null);
            }
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
