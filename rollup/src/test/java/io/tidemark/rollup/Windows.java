package io.tidemark.rollup;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.Grain;
import io.tidemark.model.GroupCount;
import io.tidemark.model.VisitorSketch;
import io.tidemark.model.WindowCounts;
import io.tidemark.store.AggregateTables;
import io.tidemark.store.GroupWriter;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.WindowProgress;
import io.tidemark.store.WindowSettings;
import io.tidemark.store.WindowWriter;
import io.tidemark.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A database with windows, and what their rollups must be: by SQL, or by sets of visitors, and by nothing that the rollups are made with. */
final class Windows implements AutoCloseable {
    static final long SIZE = 300_000;
    static final String VISITORS = "visitors_by_host";

    private static final Aggregate AGGREGATE = new Aggregate(VISITORS, List.of(Dimension.HOST), true);

    final String url = TestPostgres.newDatabase();
    final StoreConfig config;
    private final Aggregate counted;
    private final Connection connection;
    private final WindowWriter windows;
    private final GroupWriter groups;
    private final Map<Key, Set<String>> visitors = new HashMap<>();
    private final Map<Key, Long> hits = new HashMap<>();

    private record Key(long window, String host) {}

    Windows() throws SQLException {
        config = new StoreConfig(url, "postgres", "");
        Migrations.apply(config);
        WindowSettings.claim(config, Duration.ofMillis(SIZE), "event");
        counted = AggregateTables.prepare(config, List.of(AGGREGATE), Duration.ofMillis(SIZE))
                .get(0);
        connection = DriverManager.getConnection(url, "postgres", "");
        windows = new WindowWriter(config);
        groups = new GroupWriter(config, List.of(counted));
    }

    /** A page view more of a visitor, in all tables. */
    void hit(long window, String host, String referrer, String visitor) {
        Key key = new Key(window, host);
        long byHost = hits.merge(key, 1L, Long::sum);
        long byReferrer = hits.merge(new Key(window, host + '\0' + referrer), 1L, Long::sum);
        Set<String> known = visitors.computeIfAbsent(key, every -> new TreeSet<>());
        known.add(visitor);
        VisitorSketch sketch = new VisitorSketch();
        known.forEach(each -> sketch.add(each.getBytes(UTF_8)));
        windows.write(List.of(new WindowCounts(window, host, Map.of(referrer, byReferrer))), SIZE);
        groups.write(
                List.of(new GroupCount(counted.id(), window, window + SIZE, host, byHost, sketch.toBytes())), SIZE);
    }

    /** A session, its times in UTC. */
    void session(String host, String visitor, String start, String end, long pageViews) throws SQLException {
        execute("""
                insert into processed_events_sessions
                    (session_start, session_end, host, visitor_id, num_hits, entry_page, exit_page, referrer_source)
                values ('%s+00', '%s+00', '%s', '%s', %d, '/', '/', 'direct')""".formatted(start, end, host, visitor, pageViews));
    }

    /** Says that all windows that end by then are whole. */
    void close(long watermark) {
        try (WindowProgress progress = new WindowProgress(config)) {
            progress.advance(watermark, SIZE);
        }
    }

    /** Rows of a rollup of hits, as SQL makes them of the windows. */
    List<String> expectedHits(String table, String dimensions, Grain grain, ZoneId zone) throws SQLException {
        return rows(
                "select date_trunc('%s', event_hour, '%s')::text, %s, sum(num_hits) from %s group by 1, %s order by 1, %3$s"
                        .formatted(grain.code(), grain == Grain.HOUR ? "UTC" : zone, dimensions, table, dimensions));
    }

    List<String> hits(String table, String dimensions, Grain grain) throws SQLException {
        return rows("select period_start::text, %s, num_hits from %s order by 1, %1$s"
                .formatted(dimensions, grain.tableOf(table)));
    }

    /** Start, host and number of visitors of each period, by the sets. */
    List<String> expectedVisitors(Grain grain, ZoneId zone) throws SQLException {
        Map<String, Set<String>> sets = new HashMap<>();
        for (Map.Entry<Key, Set<String>> each : visitors.entrySet()) {
            String start = rows("select date_trunc('%s', to_timestamp(%d), '%s')::text"
                            .formatted(grain.code(), each.getKey().window() / 1000, grain == Grain.HOUR ? "UTC" : zone))
                    .get(0);
            sets.computeIfAbsent(start + '|' + each.getKey().host(), every -> new TreeSet<>())
                    .addAll(each.getValue());
        }
        List<String> rows = new ArrayList<>();
        sets.forEach((key, set) -> rows.add(key + '|' + set.size()));
        rows.sort(null);
        return rows;
    }

    List<String> visitors(Grain grain) throws SQLException {
        List<String> rows =
                rows("select period_start::text, host, visitors from %s".formatted(grain.tableOf(VISITORS)));
        rows.sort(null);
        return rows;
    }

    List<String> rows(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                List<String> texts = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    texts.add(row.getString(i));
                }
                rows.add(String.join("|", texts));
            }
        }
        return rows;
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        windows.close();
        groups.close();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
