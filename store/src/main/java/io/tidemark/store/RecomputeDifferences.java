package io.tidemark.store;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Compares a table with what was recomputed of it, within one snapshot, and keeps the rows that differ in a table of their own. */
final class RecomputeDifferences {
    private static final String ONE_SNAPSHOT = "set transaction isolation level repeatable read";
    private static final String COUNT = """
            select count(*), coalesce(sum(num_hits), 0)::bigint from %s
            where event_hour >= %s and event_hour < %2$s""";
    private static final String WINDOWS = "select distinct %s from %s";
    private static final String LEAVE_OUT = "delete from %s where %s = any (?)";
    private static final String KINDS = """
            select count(*) filter (where num_hits is null), count(*) filter (where stored_hits is null), count(*),
                coalesce(sum(coalesce(num_hits, 0) - coalesce(stored_hits, 0)), 0)::bigint
            from %s""";

    private RecomputeDifferences() {}

    /**
     * In a transaction of its own.
     *
     * @param attempts whose rows count
     * @param most rows of each kind to name
     */
    static TableDifference compare(
            Connection connection, RecomputePlan plan, int number, List<String> attempts, int most)
            throws SQLException {
        RecomputedTable table = plan.tables().get(number);
        String kept = RecomputePlan.difference(number);
        try (Statement statement = connection.createStatement()) {
            statement.execute(ONE_SNAPSHOT);
            statement.execute("analyze " + RecomputePlan.shadow(number));
            statement.execute("drop table if exists " + kept);
            statement.execute(create(table, kept));
        }
        if (plan.since().isSomethingGone(connection)) {
            throw somethingGone();
        }
        fill(connection, plan, number, attempts);
        NavigableSet<Long> differing = windows(connection, number);
        NavigableSet<Long> late = plan.since().windows(connection, plan.sizeMillis(), differing);
        leaveOut(connection, kept, late);
        try (Statement statement = connection.createStatement()) {
            statement.execute("drop table " + RecomputePlan.shadow(number));
            statement.execute("analyze " + kept);
        }
        return difference(connection, plan, number, first(connection, table, kept, most), late);
    }

    /** Events that were counted may not be there any more, or not yet among the forgotten hits. */
    static StoreException somethingGone() {
        return new StoreException(
                "Events were forgotten or dropped while it was recomputed; what was swapped by then stays. Run it again",
                null);
    }

    private static String create(RecomputedTable table, String kept) {
        return "create unlogged table %s (w timestamptz not null, %s, stored_hits bigint, stored_visitors bigint, stored_at timestamptz, num_hits bigint, visitors bigint, visitors_sketch bytea)"
                .formatted(
                        kept,
                        table.dimensions().stream()
                                .map(each -> each + " text not null")
                                .collect(joining(", ")));
    }

    private static void fill(Connection connection, RecomputePlan plan, int number, List<String> attempts)
            throws SQLException {
        RecomputedTable table = plan.tables().get(number);
        boolean visitors = table.counted().visitors();
        String names = String.join(", ", table.dimensions());
        String sql = """
                insert into %1$s (w, %2$s, stored_hits, stored_visitors, stored_at, num_hits, visitors, visitors_sketch)
                select w, %2$s, l.num_hits, l.visitors, l.updated_at, s.num_hits, s.visitors, s.visitors_sketch
                from (
                    select event_hour as w, %2$s, num_hits, %3$s, updated_at from %4$s
                    where event_hour >= %6$s and event_hour < %6$s
                ) l full join (
                    select timestamptz 'epoch' + period_ms * interval '1 millisecond' as w, %2$s, num_hits, %3$s from %5$s
                    where task = any (?)
                ) s using (w, %2$s)
                where (l.num_hits, l.visitors, l.visitors_sketch)
                    is distinct from (s.num_hits, s.visitors, s.visitors_sketch)""".formatted(
                RecomputePlan.difference(number),
                names,
                visitors ? "visitors, visitors_sketch" : "null::bigint as visitors, null::bytea as visitors_sketch",
                Sql.quoted(table.table()),
                RecomputePlan.shadow(number),
                Sql.TIMESTAMP);
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setLong(1, plan.fromMillis());
            insert.setLong(2, plan.toMillis());
            insert.setArray(3, connection.createArrayOf("text", attempts.toArray()));
            insert.executeUpdate();
        }
    }

    /** Starts of the windows in which a table differs. */
    static NavigableSet<Long> windows(Connection connection, int number) throws SQLException {
        NavigableSet<Long> starts = new TreeSet<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(
                        WINDOWS.formatted(Sql.MILLIS.formatted("w"), RecomputePlan.difference(number)))) {
            while (row.next()) {
                starts.add(row.getLong(1));
            }
        }
        return starts;
    }

    private static void leaveOut(Connection connection, String kept, NavigableSet<Long> late) throws SQLException {
        if (late.isEmpty()) {
            return;
        }
        try (PreparedStatement delete =
                connection.prepareStatement(LEAVE_OUT.formatted(kept, Sql.MILLIS.formatted("w")))) {
            delete.setObject(1, late.stream().mapToLong(Long::longValue).toArray());
            delete.executeUpdate();
        }
    }

    private static List<TableDifference.Row> first(Connection connection, RecomputedTable table, String kept, int most)
            throws SQLException {
        List<String> dimensions = table.dimensions();
        String order = Stream.concat(Stream.of("w"), dimensions.stream()).collect(joining(", "));
        String sql = """
                select %1$s, stored_hits, num_hits, stored_visitors, visitors, %2$s
                from (
                    select *, row_number() over (partition by stored_hits is null, num_hits is null order by %3$s) as nth
                    from %4$s
                ) numbered
                where nth <= ?
                order by %3$s""".formatted(Sql.MILLIS.formatted("w"), String.join(", ", dimensions), order, kept);
        List<TableDifference.Row> rows = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setInt(1, most);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    List<String> texts = new ArrayList<>();
                    for (int i = 0; i < dimensions.size(); i++) {
                        texts.add(row.getString(6 + i));
                    }
                    rows.add(new TableDifference.Row(
                            row.getLong(1),
                            texts,
                            AuditQueries.number(row, 2),
                            AuditQueries.number(row, 3),
                            AuditQueries.number(row, 4),
                            AuditQueries.number(row, 5)));
                }
            }
        }
        return rows;
    }

    private static TableDifference difference(
            Connection connection,
            RecomputePlan plan,
            int number,
            List<TableDifference.Row> first,
            NavigableSet<Long> late)
            throws SQLException {
        RecomputedTable table = plan.tables().get(number);
        long rows;
        long hits;
        try (PreparedStatement count =
                connection.prepareStatement(COUNT.formatted(Sql.quoted(table.table()), Sql.TIMESTAMP))) {
            count.setLong(1, plan.fromMillis());
            count.setLong(2, plan.toMillis());
            try (ResultSet row = count.executeQuery()) {
                row.next();
                rows = row.getLong(1);
                hits = row.getLong(2);
            }
        }
        try (Statement count = connection.createStatement();
                ResultSet row = count.executeQuery(KINDS.formatted(RecomputePlan.difference(number)))) {
            row.next();
            long onlyStored = row.getLong(1);
            long onlyRecomputed = row.getLong(2);
            return new TableDifference(
                    number,
                    table,
                    rows,
                    hits,
                    onlyStored,
                    onlyRecomputed,
                    row.getLong(3) - onlyStored - onlyRecomputed,
                    hits + row.getLong(4),
                    first,
                    late);
        }
    }
}
