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

/**
 * Puts what was recomputed in the place of rows that differ, beside whoever else writes windows.
 *
 * <p>No hit is lost that was counted or stored meanwhile. What was recomputed counts all that was stored when it began ({@link
 * StoredSince}), and perhaps some of what came later; nothing twice, and no forgotten hit twice. So it is never above the truth, and
 * below it only in windows into which events came since. After rows were changed, and in the same transaction, it is looked up which
 * windows those are, and they are marked: {@link Corrections} counts them once more, and counts only grow. The order matters. An event that
 * was counted in a row before it was changed was stored before that, so the later statement sees it. Whoever counts one after that waits
 * for the row until the commit, and compares with the new count then.
 *
 * <p>Marks of windows that were swapped in all tables are taken by the same rule: first they are deleted, then it is looked up into
 * which of their windows events came since, and those are marked again. A mark that is made meanwhile waits for the commit.
 */
final class RecomputeSwap {
    private static final String TAKE_MARKS = """
            delete from window_corrections
            where window_size_ms = ? and window_start >= %1$s and window_start < %1$s
            returning %2$s""".formatted(Sql.TIMESTAMP, Sql.MILLIS.formatted("window_start"));
    private static final String HOSTS = "select %s, host from %s union select %1$s, host from %s";
    private static final String SEES_THE_NEWEST = "set transaction isolation level read committed";

    private final Connection connection;
    private final RecomputePlan plan;

    /** Of one transaction of the connection. */
    RecomputeSwap(Connection connection, RecomputePlan plan) {
        this.connection = connection;
        this.plan = plan;
    }

    /**
     * What came of it.
     *
     * @param rows that were written or removed
     * @param marked starts of the windows that are marked for correction
     */
    record Swapped(long rows, NavigableSet<Long> marked) {}

    /** Swaps tables that are to agree for every reader. */
    Swapped swap(List<TableDifference> tables) throws SQLException {
        boolean removes = tables.stream().anyMatch(each -> each.onlyStored() > 0);
        begin(removes);
        long rows = 0;
        long expected = 0;
        NavigableSet<Long> windows = new TreeSet<>();
        for (TableDifference each : tables) {
            rows += replace(each.number(), each.table());
            expected += each.differing();
            windows.addAll(RecomputeDifferences.windows(connection, each.number()));
            if (each.onlyStored() > 0) {
                openRollups(each.number(), each.table());
            }
        }
        if (tables.get(0).table().isOfContract()) {
            raiseHosts();
        }
        // Rows that others have written meanwhile are left alone.
        NavigableSet<Long> marked =
                rows < expected ? windows : plan.since().windows(connection, plan.sizeMillis(), windows);
        tables.forEach(each -> marked.addAll(each.late()));
        Corrections.mark(connection, marked, plan.sizeMillis());
        return new Swapped(rows, marked);
    }

    /**
     * Takes marks of windows that were swapped in all tables.
     *
     * @param stay starts of windows whose marks stay
     * @return how many were taken for good
     */
    int takeMarks(NavigableSet<Long> stay) throws SQLException {
        begin(false);
        NavigableSet<Long> taken = new TreeSet<>();
        try (PreparedStatement take = connection.prepareStatement(TAKE_MARKS)) {
            take.setLong(1, plan.sizeMillis());
            take.setLong(2, plan.fromMillis());
            take.setLong(3, plan.toMillis());
            try (ResultSet row = take.executeQuery()) {
                while (row.next()) {
                    taken.add(row.getLong(1));
                }
            }
        }
        NavigableSet<Long> again = plan.since().windows(connection, plan.sizeMillis(), taken);
        taken.stream().filter(stay::contains).forEach(again::add);
        // After the marks were taken: one that was made for a table that is new would else be lost.
        if (!RecomputePlanner.areAll(connection, plan.sizeMillis(), plan.tables())) {
            again.addAll(taken);
        }
        Corrections.mark(connection, again, plan.sizeMillis());
        return taken.size() - again.size();
    }

    /**
     * Until the commit nobody recomputes, forgets or drops, and no windows are dropped.
     *
     * @param removes whether rows go: a rollup under way may have read them
     */
    private void begin(boolean removes) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SEES_THE_NEWEST);
            if (removes) {
                statement.execute(RollupStore.WAIT_FOR_RUN);
            }
        }
        GoneEvents.takeTurn(connection);
        WindowSettings.check(connection, plan.sizeMillis());
        RecomputePlanner.requireKept(connection, plan.fromMillis(), plan.sizeMillis());
        if (plan.since().isSomethingGone(connection)) {
            throw RecomputeDifferences.somethingGone();
        }
    }

    private long replace(int number, RecomputedTable table) throws SQLException {
        if (!RecomputePlanner.all(connection, plan.sizeMillis()).contains(table)) {
            throw new StoreException(
                    "Table \"%s\" is not counted any more, or was made anew, since it was recomputed; run it again"
                            .formatted(table.table()),
                    null);
        }
        long rows = 0;
        try (Statement statement = connection.createStatement()) {
            for (String each : statements(number, table)) {
                rows += statement.executeLargeUpdate(each);
            }
        }
        return rows;
    }

    /** Removes, changes, adds. A row that another has written since is replaced only by one with more hits. */
    private static List<String> statements(int number, RecomputedTable table) {
        String live = Sql.quoted(table.table());
        String kept = RecomputePlan.difference(number);
        String same = table.dimensions().stream()
                .map(each -> " and t.%1$s = d.%1$s".formatted(each))
                .collect(joining("", "t.event_hour = d.w", ""));
        String untouched = "t.num_hits = d.stored_hits and t.updated_at = d.stored_at";
        String names = String.join(", ", table.dimensions());
        List<String> measures = new ArrayList<>(List.of("num_hits"));
        if (table.counted().visitors()) {
            measures.addAll(List.of("visitors", "visitors_sketch"));
        }
        String values = String.join(", ", measures);
        // The time of writing, and not of the transaction's beginning, after which it may have waited for long.
        String set = measures.stream()
                .map(each -> "%1$s = %%1$s.%1$s, ".formatted(each))
                .collect(joining("", "", "revision = t.revision + 1, updated_at = clock_timestamp()"));
        return List.of(
                "delete from %s t using %s d where %s and d.num_hits is null and %s"
                        .formatted(live, kept, same, untouched),
                "update %s t set %s from %s d where %s and d.num_hits is not null and d.stored_hits is not null and (t.num_hits < d.num_hits or %s)"
                        .formatted(live, set.formatted("d"), kept, same, untouched),
                """
                insert into %1$s as t (event_hour, %2$s, %3$s, updated_at)
                select w, %2$s, %3$s, clock_timestamp() from %4$s where stored_hits is null order by w, %2$s
                on conflict (event_hour, %2$s) do update set %5$s where t.num_hits < excluded.num_hits""".formatted(live, names, values, kept, set.formatted("excluded")));
    }

    /** Where one of a host's referrers was written by another meanwhile. */
    private void raiseHosts() throws SQLException {
        List<Long> starts = new ArrayList<>();
        List<String> hosts = new ArrayList<>();
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(HOSTS.formatted(
                        Sql.MILLIS.formatted("w"), RecomputePlan.difference(0), RecomputePlan.difference(1)))) {
            while (row.next()) {
                starts.add(row.getLong(1));
                hosts.add(row.getString(2));
            }
        }
        try (PreparedStatement raise = connection.prepareStatement(Sql.HOSTS_FROM_REFERRERS)) {
            raise.setObject(1, starts.stream().mapToLong(Long::longValue).toArray());
            raise.setObject(2, hosts.toArray(String[]::new));
            raise.executeUpdate();
        }
    }

    /** A row that is removed leaves nothing by which a rollup would know. */
    private void openRollups(int number, RecomputedTable table) throws SQLException {
        RollupTables.open(
                connection,
                table.source(),
                "select distinct w from %s where num_hits is null".formatted(RecomputePlan.difference(number)));
    }
}
