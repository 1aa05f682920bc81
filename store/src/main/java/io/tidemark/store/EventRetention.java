package io.tidemark.store;

import io.tidemark.store.RetentionStep.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What goes of {@code processed_events}, within transactions of the caller's. */
final class EventRetention {
    private static final String SIZE = """
            select (select count(*) from %1$s), pg_total_relation_size('%1$s')""";
    private static final String COUNT = "select count(*) from %s where event_timestamp < " + Sql.TIMESTAMP;

    /** Else whoever reads for long holds up the writers that wait behind this one. */
    private static final String DO_NOT_WAIT_FOR_LONG = "set local lock_timeout = '3s'";

    /** No partition is dropped from the listing to the end of the transaction: whoever drops one holds the parent alone. */
    private static final String KEEP_ALL = "lock table only processed_events in access share mode";

    private EventRetention() {}

    /** What is older than that. */
    static List<RetentionStep> steps(Connection connection, long cutMillis) throws SQLException {
        try (Statement keep = connection.createStatement()) {
            keep.execute(KEEP_ALL);
        }
        List<RetentionStep> steps = new ArrayList<>();
        for (EventPartition each : EventPartitions.all(connection)) {
            if (each.toMillis() <= cutMillis) {
                steps.add(whole(connection, each));
            } else if (each.fromMillis() < cutMillis) {
                long rows = count(connection, each, cutMillis);
                if (rows > 0) {
                    steps.add(
                            new RetentionStep(Kind.EVENTS, each.name(), each.fromMillis(), cutMillis, rows, -1, null));
                }
            }
        }
        return steps;
    }

    private static RetentionStep whole(Connection connection, EventPartition partition) throws SQLException {
        try (Statement select = connection.createStatement();
                ResultSet row = select.executeQuery(SIZE.formatted(Sql.quoted(partition.name())))) {
            row.next();
            return new RetentionStep(
                    Kind.PARTITION,
                    partition.name(),
                    partition.fromMillis(),
                    partition.toMillis(),
                    row.getLong(1),
                    row.getLong(2),
                    null);
        }
    }

    private static long count(Connection connection, EventPartition partition, long cutMillis) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(COUNT.formatted(Sql.quoted(partition.name())))) {
            count.setLong(1, cutMillis);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Whether there is something to do yet: another may have done it meanwhile, or this one, whose commit had no answer. */
    static boolean isThere(Connection connection, RetentionStep step) throws SQLException {
        return EventPartitions.all(connection).stream()
                .anyMatch(each -> each.name().equals(step.name()) && each.fromMillis() == step.fromMillis());
    }

    /**
     * Does it, and notes the rows that go. No event comes into it any more, since the horizon is behind it.
     *
     * @return the step with its rows counted
     */
    static RetentionStep run(Connection connection, RetentionStep step) throws SQLException {
        String name = Sql.quoted(step.name());
        try (Statement statement = connection.createStatement()) {
            long rows;
            if (step.kind() == Kind.PARTITION) {
                rows = GoneEvents.note(connection, "select * from " + name, GoneEvents.EXPIRED);
                statement.execute(DO_NOT_WAIT_FOR_LONG);
                statement.execute("alter table processed_events detach partition " + name);
                statement.execute("drop table " + name);
            } else {
                rows = GoneEvents.note(
                        connection,
                        "delete from %s where event_timestamp < timestamptz 'epoch' + %d * interval '1 millisecond' returning *"
                                .formatted(name, step.toMillis()),
                        GoneEvents.EXPIRED);
            }
            ForgottenHits.expire(connection, step.fromMillis(), step.toMillis());
            return step.withRows(rows);
        }
    }
}
