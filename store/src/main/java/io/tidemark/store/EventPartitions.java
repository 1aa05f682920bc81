package io.tidemark.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The partitions of {@code processed_events}, as the catalog tells them. */
final class EventPartitions {
    /** Who makes some takes turns. The number is arbitrary: nobody else may use it in the same database. */
    private static final String TAKE_TURN = "select pg_advisory_xact_lock(7103480121)";

    /** Without one by default, if the user has made it: what goes there has no bounds. */
    private static final String ALL = """
            select c.relname,
                case when b[1] <> 'MINVALUE' then (extract(epoch from trim(b[1], '''')::timestamptz) * 1000)::bigint end,
                case when b[2] <> 'MAXVALUE' then (extract(epoch from trim(b[2], '''')::timestamptz) * 1000)::bigint end
            from pg_inherits i
            join pg_class c on c.oid = i.inhrelid
            cross join lateral
                regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \\((.*)\\) TO \\((.*)\\)$') as b
            where i.inhparent = 'processed_events'::regclass and b is not null
            order by 2 nulls first""";

    private static final String EXISTS = "select to_regclass(quote_ident(?)) is not null";

    private EventPartitions() {}

    /** In the order of time. */
    static List<EventPartition> all(Connection connection) throws SQLException {
        List<EventPartition> found = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(ALL)) {
            while (row.next()) {
                Long from = AuditQueries.number(row, 2);
                Long to = AuditQueries.number(row, 3);
                found.add(new EventPartition(
                        row.getString(1), from == null ? Long.MIN_VALUE : from, to == null ? Long.MAX_VALUE : to));
            }
        }
        return found;
    }

    /**
     * Makes what is missing, within the connection's transaction. A table of its own is attached, which, unlike {@code create table
     * … partition of}, lets others read and write the partitions that are there (Postgres manual, "ALTER TABLE", attach partition).
     *
     * @param days of UTC, since 1970-01-01
     * @param today the same of now
     * @return all that there are then
     */
    static List<EventPartition> make(Connection connection, Collection<Long> days, long today) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(TAKE_TURN);
            List<EventPartition> all = all(connection);
            for (long day : days) {
                if (all.stream().noneMatch(each -> each.holdsDay(day))) {
                    EventPartition wanted = EventPartition.around(day, today, all);
                    EventPartition made = wanted.named(freeName(connection, wanted.name()));
                    String name = Sql.quoted(made.name());
                    statement.execute("create table " + name + " (like processed_events including all)");
                    statement.execute("alter table processed_events attach partition %s for values from (%s) to (%s)"
                            .formatted(
                                    name,
                                    EventPartition.bound(made.fromMillis()),
                                    EventPartition.bound(made.toMillis())));
                    all.add(made);
                }
            }
            return all;
        }
    }

    /** The name, or one behind which it is told apart from what has it: a part of the same month, or one that was detached. */
    private static String freeName(Connection connection, String wanted) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement(EXISTS)) {
            String name = wanted;
            for (int number = 2; ; number++) {
                look.setString(1, name);
                try (ResultSet row = look.executeQuery()) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        return name;
                    }
                }
                name = wanted + "_part_" + number;
            }
        }
    }
}
