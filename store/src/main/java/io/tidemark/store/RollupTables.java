package io.tidemark.store;

import static java.util.stream.Collectors.joining;

import io.tidemark.model.Dimension;
import io.tidemark.model.Grain;
import io.tidemark.store.RollupSource.Content;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tables that are rolled up, and those that they are rolled up to: made when first written. */
final class RollupTables {
    static final String STAGING = "rollup_staging";

    private static final String CONTRACT = "select window_size_ms from aggregate_settings";

    /** Of windows that overlap no sum is right. */
    private static final String AGGREGATES = """
            select table_name, dimensions, visitors, window_size_ms from aggregate_tables
            where window_kind in ('job', 'tumble') and to_regclass(quote_ident(table_name)) is not null
            order by table_name""";

    private static final String OVERLAPPING = """
            select table_name from aggregate_tables
            where window_kind not in ('job', 'tumble') and to_regclass(quote_ident(table_name)) is not null
            order by table_name""";

    private static final String HAS_SESSIONS = "select to_regclass('processed_events_sessions') is not null";

    private static final String COLUMNS = """
            select attname from pg_attribute
            where attrelid = to_regclass(quote_ident(?)) and attnum > 0 and not attisdropped
            order by attnum""";

    private static final String FORGET = "delete from rollup_progress where table_name = ? and grain = ?";

    private RollupTables() {}

    /**
     * What there is to be rolled up, and the size of its windows in milliseconds; 1 of what is no windows, since it fits
     * everywhere. The tables of the contract come first.
     */
    static Map<RollupSource, Long> sources(Connection connection) throws SQLException {
        Map<RollupSource, Long> found = new LinkedHashMap<>();
        try (Statement read = connection.createStatement()) {
            try (ResultSet row = read.executeQuery(CONTRACT)) {
                if (row.next()) {
                    found.put(windows("processed_events_aggregated", List.of("host"), false), row.getLong(1));
                    found.put(
                            windows("processed_events_aggregated_source", List.of("host", "referrer"), false),
                            row.getLong(1));
                }
            }
            try (ResultSet row = read.executeQuery(AGGREGATES)) {
                while (row.next()) {
                    // Names that are no dimension could be no columns.
                    List<String> dimensions = Arrays.stream(
                                    (String[]) row.getArray(2).getArray())
                            .map(each -> Dimension.ofCode(each).code())
                            .toList();
                    found.put(windows(row.getString(1), dimensions, row.getBoolean(3)), row.getLong(4));
                }
            }
            try (ResultSet row = read.executeQuery(HAS_SESSIONS)) {
                if (row.next() && row.getBoolean(1)) {
                    found.put(
                            new RollupSource("processed_events_sessions", Content.SESSIONS, List.of("host"), false),
                            1L);
                }
            }
        }
        return found;
    }

    /** Tables that are not rolled up, since their windows overlap. */
    static List<String> overlapping(Connection connection) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery(OVERLAPPING)) {
            while (row.next()) {
                found.add(row.getString(1));
            }
        }
        return found;
    }

    private static RollupSource windows(String table, List<String> dimensions, boolean visitors) {
        return new RollupSource(table, Content.WINDOWS, dimensions, visitors);
    }

    /**
     * Makes the table that is written, unless it is there; what was known of one that somebody has dropped is forgotten.
     *
     * @throws StoreException if there is one of that name with other columns
     */
    static void prepare(Connection connection, RollupSource source, Grain grain) throws SQLException {
        String table = grain.tableOf(source.table());
        List<String> columns = new ArrayList<>(List.of("period_start"));
        columns.addAll(source.columns());
        columns.addAll(List.of("complete", "updated_at"));
        List<String> found = columns(connection, table);
        if (!found.isEmpty()) {
            if (!found.equals(columns)) {
                throw new StoreException(
                        "Table \"%s\" has the columns %s; a rollup of \"%s\" has %s. Rename it, or drop it to have it made anew"
                                .formatted(table, String.join(", ", found), source.table(), String.join(", ", columns)),
                        null);
            }
            return;
        }
        try (Statement create = connection.createStatement()) {
            for (String each : ddl(source, grain, table)) {
                create.execute(each);
            }
        }
        try (PreparedStatement forget = connection.prepareStatement(FORGET)) {
            forget.setString(1, source.table());
            forget.setString(2, grain.code());
            forget.executeUpdate();
        }
    }

    /** Nothing is emptied that cannot be made again. */
    static void requireAllWindows(Connection connection) throws SQLException {
        long from = RetentionHorizon.windowsFrom(connection);
        if (from != Long.MIN_VALUE) {
            throw new StoreException(
                    "Windows from before %s were dropped by tidemark retention: their rollups could not be made anew"
                            .formatted(Instant.ofEpochMilli(from)),
                    null);
        }
        for (RollupSource source : sources(connection).keySet()) {
            String hours = Grain.HOUR.tableOf(source.table());
            if (columns(connection, hours).isEmpty()) {
                continue;
            }
            try (Statement read = connection.createStatement();
                    ResultSet row = read.executeQuery(
                            """
                            select (select min(period_start) from %s)
                                < (select date_trunc('hour', min(%s), 'UTC') from %s)""".formatted(Sql.quoted(hours), source.content().begins, Sql.quoted(source.table())))) {
                if (row.next() && row.getBoolean(1)) {
                    throw new StoreException(
                            "%s has hours whose windows are no longer in %s: they could not be rolled up anew"
                                    .formatted(hours, source.table()),
                            null);
                }
            }
        }
    }

    /**
     * Has periods rolled up again from which rows of the source were removed: what is not there cannot say that it was touched. Retention
     * keeps the windows until that is done.
     *
     * @param times a query of one column {@code w}, the times of those rows
     */
    static void open(Connection connection, RollupSource source, String times) throws SQLException {
        for (Grain grain : Grain.values()) {
            String table = grain.tableOf(source.table());
            if (columns(connection, table).isEmpty()) {
                continue;
            }
            try (Statement update = connection.createStatement()) {
                update.executeUpdate("""
                        with opened as (
                            select distinct (select max(period_start) from %1$s where period_start <= d.w) as start
                            from (%2$s) d
                        ), kept as (
                            update rollup_progress set complete_to = least(complete_to, (select min(start) from opened))
                            where table_name = '%3$s' and grain = '%4$s'
                        )
                        update %1$s t set complete = false, updated_at = now()
                        from opened where t.period_start = opened.start and t.complete""".formatted(Sql.quoted(table), times, source.table(), grain.code()));
            }
        }
    }

    static void empty(Connection connection, RollupSource source, Grain grain) throws SQLException {
        String table = grain.tableOf(source.table());
        if (!columns(connection, table).isEmpty()) {
            try (Statement empty = connection.createStatement()) {
                empty.execute("truncate " + Sql.quoted(table));
            }
        }
    }

    private static List<String> columns(Connection connection, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(COLUMNS)) {
            read.setString(1, table);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    columns.add(row.getString(1));
                }
            }
        }
        return columns;
    }

    private static List<String> ddl(RollupSource source, Grain grain, String table) {
        String quoted = Sql.quoted(table);
        String dimensions = source.dimensions().stream()
                .map(each -> each + " text not null,\n    ")
                .collect(joining());
        String sums = source.sums().stream()
                .map(each -> each + " bigint not null,\n    ")
                .collect(joining());
        List<String> statements = new ArrayList<>();
        statements.add("""
                create table %s (
                    period_start timestamptz not null,
                    %s%s%scomplete boolean not null,
                    updated_at timestamptz not null default now(),
                    primary key (period_start, %s)
                ) with (fillfactor = 90)""".formatted(
                        quoted,
                        dimensions,
                        sums,
                        source.visitors() ? "visitors bigint not null, visitors_sketch bytea, " : "",
                        String.join(", ", source.dimensions())));
        statements.add("create index on %s using brin (updated_at)".formatted(quoted));
        // Of periods that are still open: few, and each run asks for them.
        statements.add("create index on %s (period_start) where not complete".formatted(quoted));
        statements.add("comment on table %s is '%s of %s; see rollup_settings for the time zone'"
                .formatted(
                        quoted,
                        switch (grain) {
                            case HOUR -> "Hours";
                            case DAY -> "Days";
                            case MONTH -> "Months";
                        },
                        source.table()));
        statements.add("comment on column %s.period_start is 'Start of the %s'".formatted(quoted, grain.code()));
        statements.add(
                "comment on column %s.complete is 'Whether all of the %s is in it, but for events that come later than any that are counted'"
                        .formatted(quoted, grain.code()));
        statements.add("comment on column %s.updated_at is 'When the row was last changed'".formatted(quoted));
        if (source.visitors()) {
            statements.add(
                    "comment on column %s.visitors is 'Distinct visitors, about; no sum over rows tells how many there are'"
                            .formatted(quoted));
            statements.add(
                    "comment on column %s.visitors_sketch is 'HyperLogLog sketch of the visitors (Apache DataSketches), to be merged; null if none is known'"
                            .formatted(quoted));
        }
        return statements;
    }

    /** Makes the table that rows are copied into by {@link RollupCopy}, in place of one that a run may have left. */
    static void prepareStaging(Connection connection, String name, RollupSource source) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists " + name);
            statement.execute("""
                    create unlogged table %s (
                        task text not null,
                        period_ms bigint not null,
                        %s%s%s
                    )""".formatted(
                            name,
                            source.dimensions().stream()
                                    .map(each -> each + " text not null,\n    ")
                                    .collect(joining()),
                            source.sums().stream()
                                    .map(each -> each + " bigint not null")
                                    .collect(joining(", ")),
                            source.visitors() ? ", visitors bigint not null, visitors_sketch bytea" : ""));
        }
    }

    static void dropStaging(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists " + STAGING);
        }
    }
}
