package io.tidemark.store;

import static java.util.stream.Collectors.joining;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.SlicedWindows;
import io.tidemark.model.SlicedWindows.Kind;
import io.tidemark.model.TumblingWindows;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The tables that aggregates are counted into: made when first asked for, and held to their form. */
public final class AggregateTables {
    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);

    /** Who makes tables takes turns. The number is arbitrary: nobody else may use it in the same database. */
    private static final String TAKE_TURN = "select pg_advisory_xact_lock(7103480114)";

    /** Of windows that the job's tables share. */
    private static final String OF_JOB = "job";

    private static final String KNOWN =
            "select dimensions, visitors, window_size_ms, window_kind, window_every_ms from aggregate_tables where table_name = ?";
    private static final String EXISTS = "select to_regclass(quote_ident(?)) is not null";
    private static final String REGISTER =
            "insert into aggregate_tables (table_name, dimensions, visitors, window_size_ms, window_kind, window_every_ms)"
                    + " values (?, ?, ?, ?, ?, ?)";
    private static final String RESIZE = "update aggregate_tables set window_size_ms = ? where table_name = ?";
    private static final String ALL = """
            select table_name, dimensions, visitors, window_size_ms, window_kind, window_every_ms,
                (extract(epoch from created_at) * 1000000)::bigint::text
            from aggregate_tables
            where counted and (window_kind <> 'job' or window_size_ms = ?) and to_regclass(quote_ident(table_name)) is not null
            order by table_name""";
    private static final String COUNT_NO_OTHERS =
            "update aggregate_tables set counted = false where counted and not table_name = any (?)";
    private static final String COUNT_AGAIN =
            "update aggregate_tables set counted = true, created_at = now() where table_name = ? and not counted";

    private AggregateTables() {}

    /** @param windows of its own; null if they are the job's */
    private record Known(
            List<String> dimensions,
            boolean visitors,
            long windowSizeMillis,
            @Nullable SlicedWindows windows) {}

    /**
     * Makes the tables that are missing, all or none. From now on these are counted, and no others.
     *
     * @param windowSize of the windows that those share which have none of their own
     * @return the same, each in the generation of its table
     * @throws StoreException if a table is there with other columns or windows, or is none of Tidemark's; names it
     */
    public static List<Aggregate> prepare(StoreConfig config, List<Aggregate> aggregates, Duration windowSize) {
        try (Session session = new Session(config.connections("aggregates", ANSWER_WITHIN))) {
            return session.transact("make the tables of the aggregates", connection -> {
                try (Statement turn = connection.createStatement()) {
                    turn.execute(TAKE_TURN);
                }
                for (Aggregate each : aggregates) {
                    prepare(connection, each, windowSize.toMillis());
                }
                try (PreparedStatement others = connection.prepareStatement(COUNT_NO_OTHERS)) {
                    others.setObject(
                            1, aggregates.stream().map(Aggregate::table).toArray(String[]::new));
                    others.executeUpdate();
                }
                Map<String, Aggregate> prepared = new HashMap<>();
                all(connection, windowSize.toMillis()).forEach(each -> prepared.put(each.table(), each));
                return aggregates.stream()
                        .map(each -> prepared.getOrDefault(each.table(), each))
                        .toList();
            });
        }
    }

    /** The aggregates that are counted, in windows of that size or of their own, by name of their tables, each in its generation. */
    public static List<Aggregate> all(StoreConfig config, Duration windowSize) {
        try (Session session = new Session(config.connections("aggregates", ANSWER_WITHIN))) {
            return session.transact("list the aggregates", connection -> all(connection, windowSize.toMillis()));
        }
    }

    static List<Aggregate> all(Connection connection, long windowSizeMillis) throws SQLException {
        List<Aggregate> found = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(ALL)) {
            read.setLong(1, windowSizeMillis);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    List<Dimension> dimensions = texts(row.getArray(2)).stream()
                            .map(Dimension::ofCode)
                            .toList();
                    found.add(new Aggregate(
                            row.getString(1), dimensions, row.getBoolean(3), windows(row, 4), row.getString(7)));
                }
            }
        }
        return found;
    }

    /** Of three columns: size, kind, and from end to end. */
    private static @Nullable SlicedWindows windows(ResultSet row, int column) throws SQLException {
        String kind = row.getString(column + 1);
        if (kind.equals(OF_JOB)) {
            return null;
        }
        long size = row.getLong(column);
        Long every = AuditQueries.number(row, column + 2);
        return new SlicedWindows(Kind.valueOf(kind.toUpperCase(Locale.ROOT)), size, every == null ? size : every);
    }

    private static void prepare(Connection connection, Aggregate aggregate, long windowSizeMillis) throws SQLException {
        Known known = known(connection, aggregate.table());
        boolean exists = exists(connection, aggregate.table());
        if (known == null && exists) {
            throw new StoreException(
                    "There is a table \"%s\" already, which holds no aggregate; choose another name"
                            .formatted(aggregate.table()),
                    null);
        }
        if (known != null && exists) {
            requireSame(connection, aggregate, known, windowSizeMillis);
            try (PreparedStatement again = connection.prepareStatement(COUNT_AGAIN)) {
                again.setString(1, aggregate.table());
                again.executeUpdate();
            }
            return;
        }
        try (Statement create = connection.createStatement()) {
            for (String each : ddl(aggregate)) {
                create.execute(each);
            }
            if (known != null) {
                create.execute("delete from aggregate_tables where table_name = '" + aggregate.table() + "'");
            }
        }
        try (PreparedStatement register = connection.prepareStatement(REGISTER)) {
            register.setString(1, aggregate.table());
            register.setArray(
                    2, connection.createArrayOf("text", codes(aggregate).toArray()));
            register.setBoolean(3, aggregate.visitors());
            SlicedWindows windows = aggregate.windowsOr(new TumblingWindows(windowSizeMillis));
            register.setLong(4, windows.sizeMillis());
            register.setString(
                    5,
                    aggregate.windows() == null ? OF_JOB : windows.kind().name().toLowerCase(Locale.ROOT));
            register.setObject(6, windows.areSlices() ? null : windows.everyMillis(), Types.BIGINT);
            register.executeUpdate();
        }
    }

    private static void requireSame(Connection connection, Aggregate aggregate, Known known, long windowSizeMillis)
            throws SQLException {
        if (!known.dimensions().equals(codes(aggregate)) || known.visitors() != aggregate.visitors()) {
            throw new StoreException(
                    "Table \"%s\" counts %s by %s; now it is to count %s by %s. Choose another name, or drop the table first"
                            .formatted(
                                    aggregate.table(),
                                    measures(known.visitors()),
                                    String.join(", ", known.dimensions()),
                                    measures(aggregate.visitors()),
                                    String.join(", ", codes(aggregate))),
                    null);
        }
        if (!Objects.equals(known.windows(), aggregate.windows())) {
            throw new StoreException(
                    "Table \"%s\" counts in windows %s; now it is to count in windows %s. Choose another name, or drop the table first"
                            .formatted(aggregate.table(), shown(known.windows()), shown(aggregate.windows())),
                    null);
        }
        if (aggregate.windows() != null || known.windowSizeMillis() == windowSizeMillis) {
            return;
        }
        if (hasRows(connection, aggregate.table())) {
            throw new StoreException(
                    "Table \"%s\" holds windows of %,d ms; windows of %,d ms would mix two sizes in one table. Empty it first (truncate \"%1$s\")"
                            .formatted(aggregate.table(), known.windowSizeMillis(), windowSizeMillis),
                    null);
        }
        try (PreparedStatement resize = connection.prepareStatement(RESIZE)) {
            resize.setLong(1, windowSizeMillis);
            resize.setString(2, aggregate.table());
            resize.executeUpdate();
        }
    }

    private static String shown(@Nullable SlicedWindows windows) {
        return windows == null ? "by --window" : windows.toString();
    }

    private static String measures(boolean visitors) {
        return visitors ? "hits and visitors" : "hits";
    }

    private static List<String> codes(Aggregate aggregate) {
        return aggregate.dimensions().stream().map(Dimension::code).toList();
    }

    /** Dimensions need no quotes: none is a word of SQL. */
    private static List<String> ddl(Aggregate aggregate) {
        String table = Sql.quoted(aggregate.table());
        List<String> statements = new ArrayList<>();
        statements.add("""
                create table %s (
                    event_hour timestamptz not null,
                    %s%s,
                    num_hits   bigint      not null check (num_hits > 0),
                    %srevision   integer     not null default 0,
                    updated_at timestamptz not null default now(),
                    primary key (%s, %s)
                ) with (fillfactor = 90)""".formatted(
                table,
                aggregate.windows() == null ? "" : "window_end timestamptz not null,\n    ",
                codes(aggregate).stream().map(each -> each + " text not null").collect(joining(",\n    ")),
                aggregate.visitors() ? "visitors bigint not null, visitors_sketch bytea, " : "",
                windowColumns(aggregate),
                String.join(", ", codes(aggregate))));
        statements.add("create index on %s using brin (updated_at)".formatted(table));
        statements.add(
                "comment on table %s is 'Page views%s by window and %s; of each window the sum is all page views'"
                        .formatted(
                                table,
                                aggregate.visitors() ? " and visitors" : "",
                                String.join(", ", codes(aggregate))));
        if (aggregate.windows() == null) {
            statements.add(
                    "comment on column %s.event_hour is 'Start of the window, whose size is in aggregate_settings'"
                            .formatted(table));
        } else {
            statements.add("comment on column %s.event_hour is 'Start of the window %s; no sum over those that overlap'"
                    .formatted(table, aggregate.windows()));
            statements.add(
                    "comment on column %s.window_end is 'End of the window, which is not part of it'".formatted(table));
        }
        for (Dimension each : aggregate.dimensions()) {
            statements.add("comment on column %s.%s is 'Told from %s of the event; empty if unknown'"
                    .formatted(table, each.code(), each.field()));
        }
        statements.add("comment on column %s.num_hits is 'Page views; only ever grows'".formatted(table));
        if (aggregate.visitors()) {
            statements.add(
                    "comment on column %s.visitors is 'Distinct visitors, about; no sum over rows tells how many there are'"
                            .formatted(table));
            statements.add(
                    "comment on column %s.visitors_sketch is 'HyperLogLog sketch of the visitors (Apache DataSketches), to be merged; null if none is known'"
                            .formatted(table));
        }
        return statements;
    }

    /** What tells a window of the table. */
    static String windowColumns(Aggregate aggregate) {
        return aggregate.windows() == null ? "event_hour" : "event_hour, window_end";
    }

    private static @Nullable Known known(Connection connection, String table) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(KNOWN)) {
            read.setString(1, table);
            try (ResultSet row = read.executeQuery()) {
                return row.next()
                        ? new Known(texts(row.getArray(1)), row.getBoolean(2), row.getLong(3), windows(row, 3))
                        : null;
            }
        }
    }

    private static List<String> texts(Array array) throws SQLException {
        return Arrays.asList((String[]) array.getArray());
    }

    private static boolean exists(Connection connection, String table) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(EXISTS)) {
            read.setString(1, table);
            try (ResultSet row = read.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static boolean hasRows(Connection connection, String table) throws SQLException {
        try (Statement read = connection.createStatement();
                ResultSet row = read.executeQuery("select exists (select from " + Sql.quoted(table) + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }
}
