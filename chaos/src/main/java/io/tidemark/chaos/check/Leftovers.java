package io.tidemark.chaos.check;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What must not be left behind in a database whose jobs have nothing to do, or have ended. */
public final class Leftovers {
    /** Name of the check. */
    public static final String NAME = "left-behind";

    /** The jobs' sessions say so in their name; the checker's own do not. */
    private static final String OURS = "datname = current_database() and application_name like 'tidemark-%'";

    private static final String LOCKS =
            """
            select l.locktype || ' lock (' || l.mode || ') of ' || coalesce(l.relation::regclass::text, l.objid::text, '?')
            from pg_locks l join pg_stat_activity a on a.pid = l.pid
            where a.""" + OURS + " and l.locktype in ('advisory', 'relation', 'tuple', 'transactionid')";
    private static final String OPEN_TRANSACTIONS =
            "select application_name || ' is ' || state from pg_stat_activity where state like 'idle in transaction%' and "
                    + OURS;
    private static final String PREPARED = "select 'prepared transaction ' || gid from pg_prepared_xacts";
    private static final String TEMPORARY =
            "select 'temporary table ' || relname from pg_class where relpersistence = 't'";
    private static final String SESSIONS =
            "select 'session of ' || application_name || ', ' || coalesce(state, '?') from pg_stat_activity where "
                    + OURS;

    private Leftovers() {}

    /** While the jobs run, with nothing to do. */
    public static List<String> whileIdle(Connection connection) throws SQLException {
        List<String> found = new ArrayList<>(Tables.marks(connection));
        for (String query : List.of(LOCKS, OPEN_TRANSACTIONS, PREPARED, TEMPORARY)) {
            found.addAll(Tables.list(connection, query, row -> row.getString(1)));
        }
        return found;
    }

    /** Once the jobs have ended: not even a session. */
    public static List<String> afterEnd(Connection connection) throws SQLException {
        List<String> found = new ArrayList<>(whileIdle(connection));
        found.addAll(Tables.list(connection, SESSIONS, row -> row.getString(1)));
        return found;
    }
}
