package io.tidemark.store;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import io.tidemark.model.Grain;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table that is rolled up to hours, days and months.
 *
 * @param table its name
 * @param content what its rows are
 * @param dimensions columns that are its key besides the time, in order; all of text
 * @param visitors whether its rows have a sketch of visitors
 */
public record RollupSource(String table, Content content, List<String> dimensions, boolean visitors)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    public RollupSource {
        requireNonNull(table, "table is null");
        requireNonNull(content, "content is null");
        dimensions = List.copyOf(dimensions);
    }

    /** What rows are. */
    public enum Content {
        WINDOWS("event_hour", "event_hour"),
        SESSIONS("session_start", "session_end");

        final String begins;
        final String ends;

        Content(String begins, String ends) {
            this.begins = begins;
            this.ends = ends;
        }
    }

    /** A column of the rollups, and what it is the sum of. */
    private record Sum(String column, String of) {}

    private List<Sum> added() {
        return switch (content) {
            case WINDOWS -> List.of(new Sum("num_hits", "num_hits"));
            case SESSIONS ->
                List.of(
                        new Sum("num_sessions", "1::bigint"),
                        new Sum("num_hits", "num_hits"),
                        new Sum("bounces", "bounce::int::bigint"),
                        new Sum("duration_ms", "(extract(epoch from session_end - session_start) * 1000)::bigint"));
        };
    }

    /** Columns of the rollups that are sums. */
    public List<String> sums() {
        return added().stream().map(Sum::column).toList();
    }

    /** Name of the table that is read for a grain: the table itself, or a rollup of it to a finer grain. */
    String tableOf(@Nullable Grain from) {
        return from == null ? table : from.tableOf(table);
    }

    /**
     * A query for what is to be rolled up, of all time: {@code t}, which a condition may compare with, {@code at} in milliseconds
     * since the epoch, the dimensions, the sums and, if there are visitors, {@code visitors_sketch}.
     *
     * @param from the finer grain that is read; null for the table itself
     */
    public String query(@Nullable Grain from) {
        String time = from == null ? content.begins : "period_start";
        List<String> columns = new ArrayList<>();
        columns.add(time + " as t");
        columns.add(Sql.MILLIS.formatted(time) + " as at");
        columns.addAll(dimensions);
        for (Sum each : added()) {
            columns.add(from == null ? each.of + " as " + each.column : each.column);
        }
        if (visitors) {
            columns.add("visitors_sketch");
        }
        return "select " + String.join(", ", columns) + " from " + Sql.quoted(tableOf(from));
    }

    /** Columns of a rollup that are written, in order. */
    List<String> columns() {
        List<String> columns = new ArrayList<>(dimensions);
        columns.addAll(sums());
        if (visitors) {
            columns.add("visitors");
            columns.add("visitors_sketch");
        }
        return columns;
    }

    /** Columns as a list in a statement, each after a prefix such as {@code s.}. */
    static String list(String prefix, List<String> columns) {
        return columns.stream().map(each -> prefix + each).collect(joining(", "));
    }
}
