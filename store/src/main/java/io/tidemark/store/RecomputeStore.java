package io.tidemark.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * What a recomputation of a range asks of Postgres and does there, one at a time in a database. What counts the events is the caller's
 * matter. Not thread-safe.
 */
public final class RecomputeStore implements AutoCloseable {
    private static final Duration NO_LIMIT = Duration.ZERO;

    /** The number is arbitrary: nobody else may use it in the same database. Held until the connection ends. */
    private static final long TURN = 7103480125L;

    private static final String LEFT = """
            select relname from pg_class
            where relkind = 'r' and relname ~ '^_recompute_(diff_)?[0-9]+$' and pg_table_is_visible(oid)""";

    private final Session session;
    private final Turn turn;
    private final NavigableSet<Long> marked = new TreeSet<>();

    /**
     * Takes the turn.
     *
     * @throws StoreException if another run has it, or Postgres does not answer
     */
    public RecomputeStore(StoreConfig config) {
        this.turn = Turn.take(config, TURN, "recomputation");
        this.session = new Session(config.connections("recompute", NO_LIMIT));
    }

    /**
     * Finds out what is to be done. From then on, whatever is stored already is seen by who reads the events.
     *
     * @throws StoreException if it cannot be recomputed, telling why
     */
    public RecomputePlan plan(RecomputePlan.Request request) {
        return session.transact(
                "find out what is to be recomputed", connection -> RecomputePlanner.plan(connection, request));
    }

    /** Makes an empty table for each that is recomputed, in place of what a run may have left. */
    public void prepare(RecomputePlan plan) {
        session.transact("make tables for what is recomputed", connection -> {
            dropTables(connection);
            for (int i = 0; i < plan.tables().size(); i++) {
                RollupTables.prepareStaging(
                        connection,
                        RecomputePlan.shadow(i),
                        plan.tables().get(i).source());
            }
            return plan;
        });
    }

    /**
     * Compares a table with what was recomputed of it; once, since that is gone then.
     *
     * @param attempts whose rows count
     * @param most rows of each kind to name
     */
    public TableDifference compare(RecomputePlan plan, int number, List<String> attempts, int most) {
        return session.transact("compare " + plan.tables().get(number).table(), connection -> {
            turn.requireHeld();
            return RecomputeDifferences.compare(connection, plan, number, attempts, most);
        });
    }

    /**
     * Puts what was recomputed in the place of the rows that differ, in one transaction.
     *
     * @param tables to be swapped together, see {@link RecomputePlan#together}
     * @return number of rows that were written or removed; fewer than differ where others have written them meanwhile
     */
    public long swap(RecomputePlan plan, List<TableDifference> tables) {
        List<TableDifference> differing = tables.stream()
                .filter(each -> each.differing() > 0 || !each.late().isEmpty())
                .toList();
        if (differing.isEmpty()) {
            return 0;
        }
        List<String> names = new ArrayList<>();
        tables.forEach(each -> names.add(each.table().table()));
        RecomputeSwap.Swapped swapped = session.transact("swap " + String.join(" and ", names), connection -> {
            turn.requireHeld();
            return new RecomputeSwap(connection, plan).swap(tables);
        });
        marked.addAll(swapped.marked());
        return swapped.rows();
    }

    /** How many windows the swaps have marked for correction, since events came into them meanwhile. */
    public int marked() {
        return marked.size();
    }

    /**
     * Takes the marks of the windows that were swapped, once all tables are: nothing is left to correct, but where events came meanwhile.
     *
     * @return how many were taken
     */
    public int takeMarks(RecomputePlan plan) {
        return session.transact("take the marks of the windows", connection -> {
            turn.requireHeld();
            return new RecomputeSwap(connection, plan).takeMarks(marked);
        });
    }

    private static void dropTables(Connection connection) throws SQLException {
        List<String> left = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(LEFT)) {
                while (row.next()) {
                    left.add(row.getString(1));
                }
            }
            for (String each : left) {
                statement.execute("drop table " + Sql.quoted(each));
            }
        }
    }

    /** Removes what a run leaves, and gives the turn back. */
    @Override
    public void close() {
        try (Turn last = turn;
                Session all = session) {
            all.transact("drop the tables of what was recomputed", connection -> {
                if (last.isHeld()) {
                    dropTables(connection);
                }
                return last;
            });
        }
    }
}
