package io.tidemark.cli.e2e;

import static java.util.stream.Collectors.joining;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.Grain;
import io.tidemark.model.SlicedWindows;
import io.tidemark.store.SqlQuery;
import io.tidemark.store.StoreConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What logs amount to, told by DuckDB and its regular expressions alone: it shares no code with the pipeline. A blank
 * user agent counts as absent. Events of {@link Pipeline#CLOCK_HOST}, which only move the time on, are left out of every comparison.
 */
final class Oracle implements AutoCloseable {
    private static final int SHOWN = 10;

    private static final String QUOTED = " \"((?:[^\"\\\\]|\\\\.)*)\"";
    private static final String TIME = " \\[([0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4})\\]";
    private static final String START = "([^ ]+) [^ ]+ .+?" + TIME + QUOTED + " (?:[0-9]{3}|-) (?:[0-9]+|-)";
    private static final String CLIENT = QUOTED + QUOTED + ".*$";

    /** {@code METHOD target PROTOCOL}, of which the target counts. */
    private static final String REQUEST = "^[A-Za-z0-9!#$%&*+.^_`|~-]+ (.+) [A-Za-z]+/[0-9.]+$";

    /** How a log's lines are written: a regular expression, and the names of its groups in order. */
    enum Format {
        COMMON("^" + START + "(?: .*)?$", "ip, time, request"),
        COMBINED("^" + START + CLIENT, "ip, time, request, referrer, agent"),
        VHOST("^([^ ]+):[0-9]+ " + START + CLIENT, "host, ip, time, request, referrer, agent");

        private final String line;
        private final String groups;

        Format(String line, String groups) {
            this.line = line;
            this.groups = groups;
        }

        private String fields() {
            return "regexp_extract(line, '%s', ['%s'])".formatted(line, groups.replace(", ", "', '"));
        }

        private String field(String name, String otherwise) {
            return groups.contains(name) ? "nullif(f." + name + ", '-')" : otherwise;
        }
    }

    private final Connection duck;
    private final Path scratch;

    /** @param scratch folder for the pipeline's rows */
    Oracle(Path scratch) throws SQLException {
        this.scratch = scratch;
        this.duck = DriverManager.getConnection("jdbc:duckdb:");
        execute("create table lines (line varchar)");
        execute("create table unparseable (line varchar)");
        execute(
                "create table events (host varchar, ip varchar, ms bigint, url varchar, referrer varchar, agent varchar)");
        execute("""
                create macro cut(t, cap) as case when strlen(t) <= cap then t else left(t, list_max(list_filter(
                    range(0, cap + 1), lambda n: strlen(left(t, n)) <= cap))) end""");
    }

    /** Adds a log, plain or gzip. */
    void add(Format format, String host, Path... logs) throws SQLException {
        for (Path log : logs) {
            execute("""
                    create or replace temp table read as select line from read_csv('%s', columns = {'line': 'VARCHAR'},
                    delim = '\u0001', quote = '', escape = '', header = false, auto_detect = false, strict_mode = false,
                    nullstr = '\u0002')""".formatted(log));
            execute("insert into lines select line from read");
            execute("insert into unparseable select line from read where not regexp_matches(line, '%s')"
                    .formatted(format.line));
            execute("""
                    insert into events select %1$s, nullif(f.ip, '-'), epoch_ms(strptime(f.time, '%%d/%%b/%%Y:%%H:%%M:%%S %%z')),
                        cut(case when regexp_matches(f.request, '%2$s') then regexp_extract(f.request, '%2$s', 1)
                            else f.request end, 8192),
                        cut(%3$s, 2000), cut(case when trim(%4$s) <> '' then %4$s end, 2048)
                    from (select %5$s as f from read where regexp_matches(line, '%6$s'))""".formatted(
                            format.field("host", "'" + host + "'"),
                            REQUEST,
                            format.field("referrer", "null"),
                            format.field("agent", "null"),
                            format.fields(),
                            format.line));
        }
    }

    long lines() throws SQLException {
        return number("select count(*) from lines");
    }

    long unparseable() throws SQLException {
        return number("select count(*) from unparseable");
    }

    long events() throws SQLException {
        return number("select count(*) from events");
    }

    long windows(Duration window) throws SQLException {
        return number("select count(distinct ms // %1$d) from events".formatted(window.toMillis()));
    }

    /** The rows in which the pipeline's three tables and this oracle differ; those of the pipeline with a plus. */
    List<String> differences(StoreConfig store, Duration window) throws SQLException, IOException {
        List<String> differences = new ArrayList<>(eventDifferences(store));
        differences.addAll(visitorDifferences(store));
        differences.addAll(windowDifferences(store, window));
        differences.addAll(aggregateDifferences(store, window));
        return differences;
    }

    List<String> eventDifferences(StoreConfig store) throws SQLException, IOException {
        load(store, "stored_events", """
                select host, ip, (extract(epoch from event_timestamp) * 1000)::bigint as ms, url, referrer, user_agent
                from processed_events where host <> '%s'""");
        // Of an IPv4 address all but the last number; the logs have no other.
        return compare("processed_events", "select * from stored_events", """
                select host, case when ip similar to '%1$s' then regexp_replace(ip, '[0-9]+$', '0') end, ms, url,
                    referrer, agent
                from events""".formatted(
                        "[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}"));
    }

    /** Where visitors are told apart otherwise than by address, user agent, host and day: each host and day counts. */
    List<String> visitorDifferences(StoreConfig store) throws SQLException, IOException {
        load(store, "stored_visitors", """
                select host, floor(extract(epoch from event_timestamp) / 86400)::bigint as day,
                    count(distinct visitor_id) as visitors, count(visitor_id) as hits
                from processed_events where host <> '%s' group by 1, 2""");
        return compare(
                "visitors",
                "select host, day::bigint, visitors::bigint, hits::bigint from stored_visitors",
                "select host, ms // 86400000, count(distinct (ip, coalesce(agent, ''))) filter (ip is not null),"
                        + " count(ip) from events group by all");
    }

    List<String> windowDifferences(StoreConfig store, Duration window) throws SQLException, IOException {
        load(store, "stored_hosts", """
                select (extract(epoch from event_hour) * 1000)::bigint as start, host, num_hits
                from processed_events_aggregated where host <> '%s'""");
        load(store, "stored_referrers", """
                select (extract(epoch from event_hour) * 1000)::bigint as start, host, referrer, num_hits
                from processed_events_aggregated_source where host <> '%s'""");
        String start = "ms // %1$d * %1$d".formatted(window.toMillis());
        List<String> differences = new ArrayList<>(compare(
                "processed_events_aggregated",
                "select start::bigint, host, num_hits::bigint from stored_hosts",
                "select %s, host, count(*) from events group by all".formatted(start)));
        differences.addAll(compare(
                "processed_events_aggregated_source",
                "select start::bigint, host, referrer, num_hits::bigint from stored_referrers",
                "select %s, host, coalesce(referrer, ''), count(*) from events group by all".formatted(start)));
        return differences;
    }

    /**
     * The rows in which the tables of the default aggregates differ. Pages and visitors are told from the logs; what enrichment
     * found out (devices, countries, kinds of referrers) is taken from {@code processed_events}.
     */
    List<String> aggregateDifferences(StoreConfig store, Duration window) throws SQLException, IOException {
        prepareEnriched(store);
        List<String> differences = new ArrayList<>();
        for (Aggregate each : Aggregate.DEFAULTS) {
            differences.addAll(groupDifferences(store, Span.of(window), each));
        }
        return differences;
    }

    /** The rows in which a table with windows of its own differs. */
    List<String> ownWindowDifferences(StoreConfig store, Aggregate aggregate, SlicedWindows windows)
            throws SQLException, IOException {
        prepareEnriched(store);
        boolean fromLogs = Set.of(Dimension.HOST, Dimension.PATH).containsAll(aggregate.dimensions());
        String names = Dimension.codes(aggregate.dimensions());
        load(store, "stored_groups", """
                select (extract(epoch from event_hour) * 1000)::bigint as start, (extract(epoch from window_end) * 1000)::bigint as till,
                    %s, num_hits, visitors from %s where host <> '%%s'""".formatted(names, aggregate.table()));
        String texts = aggregate.dimensions().stream()
                .map(each -> "coalesce(%1$s, '') as %1$s".formatted(each.code()))
                .collect(joining(", "));
        // Every end that a window with the event in it can have, by the definition of each kind.
        String from = "(ms::bigint // %1$d + 1) * %1$d".formatted(windows.everyMillis());
        boolean cumulates = windows.kind() == SlicedWindows.Kind.CUMULATE;
        String to = cumulates
                ? "(ms::bigint // %1$d + 1) * %1$d".formatted(windows.sizeMillis())
                : "ms::bigint // %d * %1$d + %d".formatted(windows.everyMillis(), windows.sizeMillis());
        String start = cumulates
                ? "ms::bigint // %1$d * %1$d".formatted(windows.sizeMillis())
                : "till - %d".formatted(windows.sizeMillis());
        execute("""
                create or replace temp table counted as
                select %s as start, till, %s, count(*) as num_hits, count(distinct visitor) as exact
                from (select *, unnest(range(%s, %s + 1, %d)) as till from %s) group by all""".formatted(start, texts, from, to, windows.everyMillis(), fromLogs ? "pages" : "enriched"));
        List<String> differences = new ArrayList<>(compare(
                aggregate.table(),
                "select start::bigint, till::bigint, %s, num_hits::bigint from stored_groups".formatted(names),
                "select start, till, %s, num_hits from counted".formatted(names)));
        differences.addAll(rows(aggregate.table() + " visitors", """
                select s.*, c.exact from stored_groups s join counted c
                    on s.start::bigint = c.start and s.till::bigint = c.till and %s
                where abs(s.visitors::bigint - c.exact) > case when c.exact <= 200 then 0 else 0.065 * c.exact end""".formatted(aggregate.dimensions().stream()
                .map(each -> "s.%1$s = c.%1$s".formatted(each.code()))
                .collect(joining(" and ")))));
        return differences;
    }

    /** The rows in which rollups differ, of all tables that are counted by default, and of sessions; days and months are those of UTC. */
    List<String> rollupDifferences(StoreConfig store, Duration gap) throws SQLException, IOException {
        prepareEnriched(store);
        List<String> differences = new ArrayList<>();
        for (Grain grain : Grain.values()) {
            for (Aggregate each : Aggregate.DEFAULTS) {
                differences.addAll(groupDifferences(store, Span.of(grain), each));
            }
            differences.addAll(hitDifferences(store, Span.of(grain), "processed_events_aggregated", "host"));
            differences.addAll(
                    hitDifferences(store, Span.of(grain), "processed_events_aggregated_source", "host, referrer"));
            differences.addAll(sessionRollupDifferences(store, Span.of(grain), gap));
        }
        return differences;
    }

    /** Stretches of time: what is behind a table's name, the column of their start, and the start of an event's, by its {@code ms}. */
    private record Span(String suffix, String column, String start) {
        static Span of(Duration window) {
            return new Span("", "event_hour", "ms::bigint // %1$d * %1$d".formatted(window.toMillis()));
        }

        static Span of(Grain grain) {
            return new Span(
                    '_' + grain.code(),
                    "period_start",
                    "epoch_ms(date_trunc('%s', make_timestamp(ms::bigint * 1000)))".formatted(grain.code()));
        }
    }

    private void prepareEnriched(StoreConfig store) throws SQLException, IOException {
        load(store, "enriched", """
                select (extract(epoch from event_timestamp) * 1000)::bigint as ms, host, referrer_source, country, device, browser,
                    utm_source, utm_medium, utm_campaign, visitor_id as visitor
                from processed_events where host <> '%s'""");
        execute("""
                create or replace temp table pages as
                select ms, host, case when url is null then '' else cut(coalesce(nullif(regexp_extract(
                    regexp_replace(url, '^[A-Za-z0-9+.-]+://[^/?#]*', ''), '^[^?#]*'), ''), '/'), 2000) end as path,
                    case when ip is not null then concat_ws(' ', ip, ms // 86400000, coalesce(agent, '')) end as visitor
                from events""");
    }

    private List<String> hitDifferences(StoreConfig store, Span span, String table, String names)
            throws SQLException, IOException {
        load(
                store,
                "stored_hits",
                "select (extract(epoch from %s) * 1000)::bigint as start, %s, num_hits from %s where host <> '%%s'"
                        .formatted(span.column, names, table + span.suffix));
        return compare(
                table + span.suffix,
                "select start::bigint, %s, num_hits::bigint from stored_hits".formatted(names),
                "select start, %s, count(*) from (select %s as start, host, coalesce(referrer, '') as referrer from events) group by all"
                        .formatted(names, span.start));
    }

    private List<String> sessionRollupDifferences(StoreConfig store, Span span, Duration gap)
            throws SQLException, IOException {
        load(
                store,
                "stored_rollup",
                "select (extract(epoch from period_start) * 1000)::bigint as start, host, num_sessions, num_hits, bounces, duration_ms"
                        + " from processed_events_sessions" + span.suffix + " where host <> '%s'");
        execute("""
                create or replace temp table logged as
                select host, ms, concat_ws(' ', ip, ms // 86400000, agent) as visitor from events where ip is not null""");
        return compare(
                "processed_events_sessions" + span.suffix,
                "select start::bigint, host, num_sessions::bigint, num_hits::bigint, bounces::bigint, duration_ms::bigint from stored_rollup",
                """
                select %s as start, host, count(*), sum(hits)::bigint, (count(*) filter (where hits = 1))::bigint, sum(till - ms)::bigint
                from (select host, visitor, session, min(ms) as ms, max(ms) as till, count(*) as hits from (%s) group by 1, 2, 3)
                group by 1, 2""".formatted(span.start, sessions("logged", gap)));
    }

    private List<String> groupDifferences(StoreConfig store, Span span, Aggregate aggregate)
            throws SQLException, IOException {
        boolean fromLogs = Set.of(Dimension.HOST, Dimension.PATH).containsAll(aggregate.dimensions());
        String source = fromLogs ? "pages" : "enriched";
        String table = aggregate.table() + span.suffix;
        String names = Dimension.codes(aggregate.dimensions());
        load(
                store,
                "stored_groups",
                "select (extract(epoch from %s) * 1000)::bigint as start, %s, num_hits, visitors from %s where host <> '%%s'"
                        .formatted(span.column, names, table));
        String texts = aggregate.dimensions().stream()
                .map(each -> "coalesce(%1$s, '') as %1$s".formatted(each.code()))
                .collect(joining(", "));
        execute("""
                create or replace temp table counted as
                select %s as start, %s, count(*) as num_hits, count(distinct visitor) as exact
                from %s group by all""".formatted(span.start, texts, source));
        List<String> differences = new ArrayList<>(compare(
                table,
                "select start::bigint, %s, num_hits::bigint from stored_groups".formatted(names),
                "select start, %s, num_hits from counted".formatted(names)));
        // Few are counted exactly; of many, four times the standard error is stated to be all but never passed.
        differences.addAll(rows(table + " visitors", """
                select s.*, c.exact from stored_groups s join counted c
                    on s.start::bigint = c.start and %s
                where abs(s.visitors::bigint - c.exact) > case when c.exact <= 200 then 0 else 0.065 * c.exact end""".formatted(aggregate.dimensions().stream()
                .map(each -> "s.%1$s = c.%1$s".formatted(each.code()))
                .collect(joining(" and ")))));
        return differences;
    }

    /**
     * The rows in which sessions differ. Whose they are, when they were and how many page views they have is told from the logs; first
     * and last page, kind of referrer and the visitor's id from {@code processed_events}, since the logs do not tell which of two lines of
     * one second came first into the topic.
     */
    List<String> sessionDifferences(StoreConfig store, Duration gap) throws SQLException, IOException {
        load(store, "stored_sessions", """
                select host, visitor_id, (extract(epoch from session_start) * 1000)::bigint as s,
                    (extract(epoch from session_end) * 1000)::bigint as e, ip, num_hits, entry_page, exit_page, referrer_source, bounce
                from processed_events_sessions where host <> '%s'""");
        load(store, "stored_views", """
                select host, visitor_id as visitor, (extract(epoch from event_timestamp) * 1000)::bigint as ms, ip, url, referrer_source,
                    source_partition, source_offset
                from processed_events where visitor_id is not null and host <> '%s'""");
        execute("""
                create or replace temp table logged as
                select host, ms, concat_ws(' ', ip, ms // 86400000, agent) as visitor from events where ip is not null""");
        execute("""
                create or replace temp table viewed as
                select host, visitor, ms::bigint as ms, ip, referrer_source, source_partition::int as p, source_offset::bigint as o,
                    case when url is null then '' else cut(coalesce(nullif(regexp_extract(
                        regexp_replace(url, '^[A-Za-z0-9+.-]+://[^/?#]*', ''), '^[^?#]*'), ''), '/'), 2000) end as path
                from stored_views""");
        List<String> differences = new ArrayList<>(compare(
                "processed_events_sessions by the logs",
                "select host, s::bigint, e::bigint, num_hits::bigint from stored_sessions",
                "select host, min(ms), max(ms), count(*) from (%s) group by host, visitor, session"
                        .formatted(sessions("logged", gap))));
        differences.addAll(compare(
                "processed_events_sessions by the events",
                "select host, visitor_id, s::bigint, e::bigint, ip, num_hits::bigint, entry_page, exit_page, referrer_source,"
                        + " bounce in ('t', 'true') from stored_sessions",
                """
                select host, visitor, min(ms), max(ms), first(ip order by ms, p, o), count(*), first(path order by ms, p, o),
                    last(path order by ms, p, o), first(referrer_source order by ms, p, o), count(*) = 1
                from (%s) group by host, visitor, session""".formatted(sessions("viewed", gap))));
        return differences;
    }

    /** Numbers each visitor's sessions: page views of one moment are peers, and so of one. */
    private static String sessions(String table, Duration gap) {
        return """
                select *, sum(case when pause is null or pause > %2$d then 1 else 0 end)
                    over (partition by host, visitor order by ms) as session
                from (select *, ms - lag(ms) over (partition by host, visitor order by ms) as pause from %1$s)""".formatted(table, gap.toMillis());
    }

    /** Postgres tells an absent text from an empty one by quotes, so DuckDB has to as well. */
    private void load(StoreConfig store, String table, String query) throws SQLException, IOException {
        Path csv = scratch.resolve(table + ".csv");
        try (OutputStream out = Files.newOutputStream(csv)) {
            new SqlQuery(store, query.formatted(Pipeline.CLOCK_HOST)).csv(out);
        }
        execute("""
                create or replace table %s as select * from read_csv('%s', header = true, all_varchar = true, delim = ',',
                quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false)""".formatted(table, csv));
        Files.delete(csv);
    }

    private List<String> compare(String table, String actual, String expected) throws SQLException {
        List<String> differences = new ArrayList<>();
        differences.addAll(rows(table + " +", actual + " except all " + expected));
        differences.addAll(rows(table + " -", expected + " except all " + actual));
        return differences;
    }

    private List<String> rows(String prefix, String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = duck.createStatement();
                ResultSet result =
                        statement.executeQuery("select r::varchar from (%s) r limit %d".formatted(query, SHOWN))) {
            while (result.next()) {
                rows.add(prefix + " " + result.getString(1));
            }
        }
        return rows;
    }

    private long number(String query) throws SQLException {
        try (Statement statement = duck.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = duck.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        duck.close();
    }
}
