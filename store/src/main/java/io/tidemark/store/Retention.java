package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Drops what is older than is to be kept, and accounts for it. First the horizon is moved: from then on nothing comes into those
 * days any more ({@link RetentionHorizon}), so they can be looked at without holding up the writers. A day goes once windows
 * count all its events, windows once the rollups hold them; what stays says why. Running it again goes on where it stopped. Not
 * thread-safe; connects when first used.
 */
public final class Retention implements AutoCloseable {
    private static final String MISSING = """
            select t from unnest(array['retention_horizon', 'ingest_gone', 'forgotten_hits', 'rollup_progress']) t
            where to_regclass(t) is null limit 1""";
    private static final String DO_NOT_WAIT_FOR_LONG = "set local lock_timeout = '5s'";

    private final Session session;
    private final Clock clock;

    public Retention(StoreConfig config, Clock clock) {
        this(new Session(config.connections("retention", Duration.ZERO)), clock);
    }

    Retention(Session session, Clock clock) {
        this.session = session;
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * What there is to do.
     *
     * @param eventsFromMillis events from before it go, and are rejected if they still come; {@link Long#MIN_VALUE} if all are kept
     * @param windowsFromMillis windows that start before it go; {@link Long#MIN_VALUE} if all are kept
     * @param steps the oldest first; those that are kept say why
     */
    public record Plan(long eventsFromMillis, long windowsFromMillis, List<RetentionStep> steps) {
        public Plan {
            steps = List.copyOf(steps);
        }
    }

    /**
     * What would go. Changes nothing.
     *
     * @throws StoreException if Postgres cannot be asked, or lacks the tables
     */
    public Plan plan(RetentionRules rules) {
        return session.transact("see what is old", connection -> {
            requireTables(connection);
            long eventsFrom = eventsFrom(connection, rules);
            OptionalLong windowsFrom = windowsFrom(connection, rules, eventsFrom);
            List<RetentionStep> steps = new ArrayList<>();
            for (RetentionStep each : eventSteps(connection, rules)) {
                steps.add(checked(connection, each, rules));
            }
            steps.addAll(windowSteps(connection, rules, eventsFrom, List.copyOf(steps)));
            connection.rollback();
            return new Plan(eventsFrom, windowsFrom.orElse(Long.MIN_VALUE), steps);
        });
    }

    /**
     * Does it.
     *
     * @param done is told of each step when it is done, or kept
     * @return how many steps were kept
     * @throws StoreException if Postgres refuses, or somebody reads for so long that a partition cannot be dropped; what is done by
     *     then stays done
     */
    public int run(RetentionRules rules, Consumer<RetentionStep> done) {
        Plan plan = session.transact("move the horizon", connection -> {
            requireTables(connection);
            long eventsFrom = eventsFrom(connection, rules);
            if (eventsFrom != Long.MIN_VALUE) {
                execute(connection, DO_NOT_WAIT_FOR_LONG);
                RetentionHorizon.moveEventsFrom(connection, eventsFrom);
            }
            return new Plan(eventsFrom, Long.MIN_VALUE, List.of());
        });
        List<RetentionStep> kept = new ArrayList<>();
        List<RetentionStep> events =
                session.transact("see which events are old", connection -> eventSteps(connection, rules));
        for (RetentionStep each : events) {
            RetentionStep result = session.transact("drop the old events of " + each.name(), connection -> {
                GoneEvents.takeTurn(connection);
                if (!EventRetention.isThere(connection, each)) {
                    return each;
                }
                RetentionStep checked = checked(connection, each, rules);
                return checked.kept() == null ? EventRetention.run(connection, checked) : checked;
            });
            done.accept(result);
            if (result.kept() != null) {
                kept.add(result);
            }
        }
        return kept.size() + runWindows(rules, plan.eventsFromMillis(), kept, done);
    }

    private int runWindows(
            RetentionRules rules, long eventsFrom, List<RetentionStep> keptEvents, Consumer<RetentionStep> done) {
        List<RetentionStep> old = session.transact(
                "see which windows are old", connection -> windowSteps(connection, rules, eventsFrom, keptEvents));
        List<RetentionStep> windows = session.transact("move the horizon of windows", connection -> {
            execute(connection, DO_NOT_WAIT_FOR_LONG);
            // One that is under way may be reading what is to go; one that begins later leaves it out.
            execute(connection, RollupStore.WAIT_FOR_RUN);
            WindowRetention.keepWritersAway(connection);
            List<RetentionStep> checked = new ArrayList<>();
            for (RetentionStep each : old) {
                // Counting took its time, and the writers were there.
                checked.add(each.kept() == null ? WindowRetention.checked(connection, each) : each);
            }
            List<RetentionStep> together = allOrNone(checked);
            if (together.stream().anyMatch(each -> each.kept() == null)) {
                RetentionHorizon.moveWindowsFrom(connection, together.get(0).toMillis());
            }
            return together;
        });
        int kept = 0;
        for (RetentionStep each : windows) {
            if (each.kept() == null) {
                long rows = 0;
                int some;
                do {
                    some = session.transact(
                            "delete old windows of " + each.name(),
                            connection -> WindowRetention.deleteSome(connection, each));
                    rows += some;
                } while (some > 0);
                done.accept(each.withRows(rows));
            } else {
                done.accept(each);
                kept++;
            }
        }
        return kept;
    }

    private long startOfDay(int daysAgo) {
        return LocalDate.now(clock.withZone(ZoneOffset.UTC)).minusDays(daysAgo).toEpochDay()
                * EventPartition.DAY_MILLIS;
    }

    /** Not in the middle of a window: of its events all are kept, or none. */
    private long eventsFrom(Connection connection, RetentionRules rules) throws SQLException {
        return rules.eventDays().isEmpty()
                ? Long.MIN_VALUE
                : CountedEvents.startOfWindow(
                        connection, startOfDay(rules.eventDays().getAsInt()));
    }

    private OptionalLong windowsFrom(Connection connection, RetentionRules rules, long eventsFrom) throws SQLException {
        return rules.windowDays().isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(
                        WindowRetention.cut(connection, rules.windowDays().getAsInt(), clock, eventsFrom));
    }

    /** @param events those that go, and those that stay, whose windows may be written yet */
    private List<RetentionStep> windowSteps(
            Connection connection, RetentionRules rules, long eventsFrom, List<RetentionStep> events)
            throws SQLException {
        OptionalLong cut = windowsFrom(connection, rules, eventsFrom);
        if (cut.isEmpty()) {
            return List.of();
        }
        boolean eventsStay =
                events.stream().anyMatch(each -> each.kept() != null && each.fromMillis() < cut.getAsLong());
        List<RetentionStep> steps = new ArrayList<>();
        for (RetentionStep each : WindowRetention.steps(connection, cut.getAsLong())) {
            steps.add(
                    eventsStay
                            ? each.keptSince("events of that time are kept, which windows do not count yet")
                            : WindowRetention.checked(connection, each));
        }
        return allOrNone(steps);
    }

    /** There is one horizon of windows, before which nothing is rolled up any more: so a table that needs its own keeps all. */
    private static List<RetentionStep> allOrNone(List<RetentionStep> steps) {
        Optional<RetentionStep> needed =
                steps.stream().filter(each -> each.kept() != null).findFirst();
        return needed.isEmpty()
                ? steps
                : steps.stream()
                        .map(each -> each.kept() != null
                                ? each
                                : each.keptSince(
                                        "%s is kept".formatted(needed.get().name())))
                        .toList();
    }

    private List<RetentionStep> eventSteps(Connection connection, RetentionRules rules) throws SQLException {
        return rules.eventDays().isEmpty()
                ? List.of()
                : EventRetention.steps(
                        connection,
                        CountedEvents.neededFrom(
                                connection, startOfDay(rules.eventDays().getAsInt())));
    }

    private static RetentionStep checked(Connection connection, RetentionStep step, RetentionRules rules)
            throws SQLException {
        String needed = rules.uncounted() ? null : CountedEvents.needed(connection, step.fromMillis(), step.toMillis());
        return needed == null ? step : step.keptSince(needed);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void requireTables(Connection connection) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet missing = select.executeQuery(MISSING)) {
            if (missing.next()) {
                throw new StoreException(
                        "There is no table " + missing.getString(1)
                                + " in this database; 'tidemark up' and 'tidemark job' make what is missing",
                        null);
            }
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
