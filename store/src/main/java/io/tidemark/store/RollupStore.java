package io.tidemark.store;

import io.tidemark.model.Grain;
import io.tidemark.model.Periods;
import io.tidemark.store.RollupStep.Period;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run of rollups asks of Postgres and does there, one run at a time in a database. Which periods are to be rolled up is
 * {@link RollupPlan}'s matter. Not thread-safe.
 */
public final class RollupStore implements AutoCloseable {
    private static final Duration NO_LIMIT = Duration.ZERO;

    /** The number is arbitrary: nobody else may use it in the same database. Held until the connection ends. */
    private static final long TURN = 7103480115L;

    /** Waits until no run is under way, and keeps one from beginning until the end of the transaction. */
    static final String WAIT_FOR_RUN = "select pg_advisory_xact_lock(7103480115)";

    private static final String READ_ZONE = "select time_zone from rollup_settings";
    private static final String SET_ZONE = """
            insert into rollup_settings (time_zone) values (?)
            on conflict (only_row) do update set time_zone = excluded.time_zone""";

    private static final String ADVANCE = """
            insert into rollup_progress (table_name, grain, touched_from, complete_to)
            values (?, ?, ?, timestamptz 'epoch' + ?::bigint * interval '1 millisecond')
            on conflict (table_name, grain) do update
            set touched_from = excluded.touched_from, complete_to = excluded.complete_to, updated_at = now()""";

    private final Session session;
    private final Turn turn;

    /**
     * Takes the turn.
     *
     * @throws StoreException if another run has it, or Postgres does not answer
     */
    public RollupStore(StoreConfig config) {
        this.turn = Turn.take(config, TURN, "rollup");
        this.session = new Session(config.connections("rollup", NO_LIMIT));
    }

    /**
     * The time zone of days and months, which is set once.
     *
     * @param wanted null for the one that is set, or UTC if none is
     * @throws StoreException if another one is set
     */
    public ZoneId claimZone(@Nullable ZoneId wanted) {
        return session.transact("set the time zone of the rollups", connection -> {
            String known = zone(connection);
            if (known != null && (wanted == null || wanted.getId().equals(known))) {
                return ZoneId.of(known);
            }
            if (known != null) {
                throw new StoreException(
                        "Days and months are rolled up in time zone %s; %s would mix two zones in one table. With --rebuild they are rolled up anew"
                                .formatted(known, wanted),
                        null);
            }
            return setZone(connection, wanted == null ? ZoneOffset.UTC : wanted);
        });
    }

    /**
     * Empties the rollups, so that the next run makes them anew from what windows there are.
     *
     * @param wanted time zone from now on; null for the one that is set
     * @throws StoreException if there are hours whose windows have been removed: they could not be made anew
     */
    public ZoneId rebuild(@Nullable ZoneId wanted) {
        return session.transact("empty the rollups", connection -> {
            RollupTables.requireAllWindows(connection);
            for (RollupSource source : RollupTables.sources(connection).keySet()) {
                for (Grain grain : Grain.values()) {
                    RollupTables.empty(connection, source, grain);
                }
            }
            try (Statement forget = connection.createStatement()) {
                forget.executeUpdate("delete from rollup_progress");
            }
            String known = zone(connection);
            return setZone(connection, wanted != null ? wanted : known == null ? ZoneOffset.UTC : ZoneId.of(known));
        });
    }

    private static @Nullable String zone(Connection connection) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(READ_ZONE)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    private static ZoneId setZone(Connection connection, ZoneId zone) throws SQLException {
        try (PreparedStatement set = connection.prepareStatement(SET_ZONE)) {
            // Z is no name of the tz database.
            set.setString(1, zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId());
            set.executeUpdate();
        }
        return zone;
    }

    /** What there is to be rolled up, and the size of its windows in milliseconds; the tables of the contract first. */
    public Map<RollupSource, Long> sources() {
        return session.transact("list what is to be rolled up", RollupTables::sources);
    }

    /** Tables that are not rolled up, since their windows overlap. */
    public List<String> overlapping() {
        return session.transact("list what is not to be rolled up", RollupTables::overlapping);
    }

    /**
     * Finds what a step has to roll up: the periods in which something was written since the last run, and those that were not
     * complete.
     *
     * @param from the finer grain that is read; null for the table itself
     * @param range to roll up whatever lies in it, and nothing else; null for what is due
     */
    public RollupStep plan(
            RollupSource source, Periods periods, @Nullable Grain from, RollupPlan.@Nullable Range range) {
        return session.transact("find out what is to be rolled up", connection -> {
            RollupTables.prepare(connection, source, periods.grain());
            return new RollupPlan(connection, source, periods, from).step(range);
        });
    }

    /** Makes an empty table for the rows of a step. */
    public void prepareStaging(RollupSource source) {
        session.transact("make a table for rollups under way", connection -> {
            RollupTables.prepareStaging(connection, RollupTables.STAGING, source);
            return source;
        });
    }

    /**
     * Puts what was copied in the place of the periods' rows, all in one transaction, and notes the progress. Rows that do not
     * change are left alone.
     *
     * @param attempts those whose rows count
     * @return number of rows that were written, changed or removed
     */
    public long swap(RollupStep step, List<String> attempts) {
        return session.transact("replace " + step.target(), connection -> {
            turn.requireHeld();
            long changed = step.periods().isEmpty() ? 0 : swap(connection, step, attempts);
            advance(connection, step);
            return changed;
        });
    }

    private static long swap(Connection connection, RollupStep step, List<String> attempts) throws SQLException {
        Object[] counted = attempts.toArray(String[]::new);
        Long[] starts = step.periods().stream().map(Period::startMillis).toArray(Long[]::new);
        Long[] open = step.periods().stream()
                .filter(each -> !each.complete())
                .map(Period::startMillis)
                .toArray(Long[]::new);
        try (Statement settings = connection.createStatement()) {
            settings.execute("analyze rollup_staging");
        }
        long changed;
        try (PreparedStatement remove = connection.prepareStatement(remove(step))) {
            remove.setArray(1, connection.createArrayOf("bigint", starts));
            remove.setArray(2, connection.createArrayOf("text", counted));
            changed = remove.executeUpdate();
        }
        try (PreparedStatement write = connection.prepareStatement(write(step))) {
            write.setArray(1, connection.createArrayOf("bigint", open));
            write.setArray(2, connection.createArrayOf("text", counted));
            changed += write.executeLargeUpdate();
        }
        return changed;
    }

    private static String remove(RollupStep step) {
        List<String> dimensions = step.source().dimensions();
        return """
                delete from %1$s t
                using unnest(?::bigint[]) as p (start)
                where t.period_start = timestamptz 'epoch' + p.start * interval '1 millisecond'
                    and not exists (
                        select from rollup_staging s
                        where s.task = any (?) and s.period_ms = p.start and (%2$s) = (%3$s)
                    )""".formatted(
                Sql.quoted(step.target()), RollupSource.list("s.", dimensions), RollupSource.list("t.", dimensions));
    }

    /** Sketches are not compared: merged in another order they differ in bytes only, and without more hits in nothing else. */
    private static String write(RollupStep step) {
        RollupSource source = step.source();
        List<String> compared = new ArrayList<>(source.sums());
        compared.add("complete");
        List<String> set = new ArrayList<>(source.columns());
        set.removeAll(source.dimensions());
        set.add("complete");
        return """
                insert into %1$s as t (period_start, %2$s, complete)
                select timestamptz 'epoch' + s.period_ms * interval '1 millisecond', %3$s, s.period_ms <> all (?::bigint[])
                from rollup_staging s
                where s.task = any (?)
                order by s.period_ms
                on conflict (period_start, %4$s) do update
                set (%5$s, updated_at) = (%6$s, now())
                where (%7$s) is distinct from (%8$s)""".formatted(
                        Sql.quoted(step.target()),
                        String.join(", ", source.columns()),
                        RollupSource.list("s.", source.columns()),
                        String.join(", ", source.dimensions()),
                        String.join(", ", set),
                        RollupSource.list("excluded.", set),
                        RollupSource.list("t.", compared),
                        RollupSource.list("excluded.", compared));
    }

    private static void advance(Connection connection, RollupStep step) throws SQLException {
        RollupStep.Progress progress = step.progress();
        if (progress == null) {
            return;
        }
        try (PreparedStatement advance = connection.prepareStatement(ADVANCE)) {
            advance.setString(1, step.source().table());
            advance.setString(2, step.grain().code());
            advance.setObject(3, progress.touchedFrom());
            advance.setObject(4, progress.completeToMillis(), Types.BIGINT);
            advance.executeUpdate();
        }
    }

    /** Removes what a run leaves, and gives the turn back. */
    @Override
    public void close() {
        try (Turn last = turn;
                Session all = session) {
            all.transact("drop the table for rollups under way", connection -> {
                if (last.isHeld()) {
                    RollupTables.dropStaging(connection);
                }
                return last;
            });
        }
    }
}
