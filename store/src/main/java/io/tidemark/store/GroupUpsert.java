package io.tidemark.store;

import static java.util.stream.Collectors.joining;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.GroupCount;
import io.tidemark.model.VisitorSketch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statement that writes rows of an aggregate's table. */
final class GroupUpsert {
    private static final int ROWS_PER_STATEMENT = 5_000;

    private final Aggregate aggregate;
    private final String sql;

    GroupUpsert(Aggregate aggregate) {
        this.aggregate = aggregate;
        List<String> dimensions =
                aggregate.dimensions().stream().map(Dimension::code).toList();
        String names = String.join(", ", dimensions);
        String visitors = aggregate.visitors() ? ", visitors, visitors_sketch" : "";
        boolean hasEnds = aggregate.windows() != null;
        this.sql = """
                insert into %1$s as t (%8$s, %2$s, num_hits%3$s)
                select timestamptz 'epoch' + start * interval '1 millisecond', %9$s%2$s, num_hits%3$s
                from unnest(?::bigint[], %10$s%4$s, ?::bigint[]%5$s) as w (start, %11$s%2$s, num_hits%3$s)
                where start >= %7$s
                on conflict (%8$s, %2$s) do update
                set num_hits = excluded.num_hits, %6$srevision = t.revision + 1, updated_at = now()
                where t.num_hits < excluded.num_hits""".formatted(
                        Sql.quoted(aggregate.table()),
                        names,
                        visitors,
                        dimensions.stream().map(each -> "?::text[]").collect(joining(", ")),
                        aggregate.visitors() ? ", ?::bigint[], ?::bytea[]" : "",
                        aggregate.visitors()
                                ? "visitors = excluded.visitors, visitors_sketch = excluded.visitors_sketch, "
                                : "",
                        RetentionHorizon.WINDOWS_FROM_MILLIS,
                        AggregateTables.windowColumns(aggregate),
                        hasEnds ? "timestamptz 'epoch' + until * interval '1 millisecond', " : "",
                        hasEnds ? "?::bigint[], " : "",
                        hasEnds ? "until, " : "");
    }

    /** By which writers take windows in the same order; those of the job come first. */
    String windows() {
        return aggregate.windows() == null ? "" : aggregate.windows().toString();
    }

    /** @param counts of the aggregate, no group of a window twice, in the order of their keys */
    void write(Connection connection, List<GroupCount> counts) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement(sql)) {
            for (int from = 0; from < counts.size(); from += ROWS_PER_STATEMENT) {
                send(connection, upsert, counts.subList(from, Math.min(from + ROWS_PER_STATEMENT, counts.size())));
            }
        }
    }

    private void send(Connection connection, PreparedStatement upsert, List<GroupCount> counts) throws SQLException {
        int width = aggregate.dimensions().size();
        int rows = counts.size();
        String[][] texts = new String[width][rows];
        byte[][] sketches = new byte[rows][];
        for (int row = 0; row < rows; row++) {
            String[] parts = counts.get(row).key().split(String.valueOf(Aggregate.SEPARATOR), -1);
            if (parts.length != width) {
                throw new IllegalArgumentException(
                        "A group of %s has %d texts instead of %d".formatted(aggregate.table(), parts.length, width));
            }
            for (int i = 0; i < width; i++) {
                texts[i][row] = parts[i];
            }
            sketches[row] = counts.get(row).visitors();
        }
        int at = 1;
        upsert.setObject(
                at++, counts.stream().mapToLong(GroupCount::windowStartMillis).toArray());
        if (aggregate.windows() != null) {
            upsert.setObject(
                    at++, counts.stream().mapToLong(GroupCount::windowEndMillis).toArray());
        }
        for (String[] column : texts) {
            upsert.setObject(at++, column);
        }
        upsert.setObject(at++, counts.stream().mapToLong(GroupCount::hits).toArray());
        if (aggregate.visitors()) {
            upsert.setObject(
                    at++, counts.stream().mapToLong(GroupUpsert::visitors).toArray());
            upsert.setArray(at, connection.createArrayOf("bytea", sketches));
        }
        upsert.executeUpdate();
    }

    private static long visitors(GroupCount count) {
        byte @Nullable [] sketch = count.visitors();
        return sketch == null ? 0 : VisitorSketch.of(sketch).estimate();
    }
}
