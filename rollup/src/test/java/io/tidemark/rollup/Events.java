package io.tidemark.rollup;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.VisitorSketch;
import io.tidemark.store.AggregateTables;
import io.tidemark.store.Corrections;
import io.tidemark.store.EventWriter;
import io.tidemark.store.Migrations;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.WindowProgress;
import io.tidemark.store.WindowSettings;
import io.tidemark.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A database with events of some days, and windows as the aggregate job's corrections count them from these, by SQL and without Spark. */
final class Events implements AutoCloseable {
    static final long SIZE = 300_000;
    private static final UUID TOPIC = UUID.fromString("b5d0a6f4-1111-4a7c-8f3e-0123456789ab");

    final String url = TestPostgres.newDatabase();
    final StoreConfig config = new StoreConfig(url, "postgres", "");
    final List<Aggregate> aggregates;
    private final EventWriter writer;
    private final TreeSet<Long> windows = new TreeSet<>();
    private long next;

    Events(List<Aggregate> aggregates) {
        Migrations.apply(config);
        WindowSettings.claim(config, Duration.ofMillis(SIZE), "event");
        this.aggregates = AggregateTables.prepare(config, aggregates, Duration.ofMillis(SIZE));
        this.writer = new EventWriter(config);
        try (WindowProgress progress = new WindowProgress(config)) {
            progress.advance(WindowProgress.ALL, SIZE);
        }
    }

    /** Events at random between two times; most visitors come more than once, and some pages have very many. */
    void addRandom(int count, long from, long to, Random random) {
        String[] referrers = {null, "", "https://r.example/", "https://r.example/\u00e9\ud83d\ude00", "x".repeat(2_000)
        };
        String[] urls = {null, "", "/", "/a?b#c", "https://a.example/a?b", "https://a.example", "/\u00e9 \\N\t'\"", "?"
        };
        for (int i = 0; i < count; i++) {
            long time = from + (long) (random.nextDouble() * random.nextDouble() * (to - from));
            add(new EnrichedEvent(
                    random.nextInt(3) == 0 ? "b.example" : "a.example",
                    time,
                    "192.0.2.0",
                    pick(urls, random),
                    pick(referrers, random),
                    null,
                    random.nextInt(20) == 0 ? null : "%016x".formatted(random.nextInt(count)),
                    EnrichedEvent.Geo.UNKNOWN,
                    new EnrichedEvent.Client(null, random.nextBoolean() ? "Firefox" : null, null, random.nextBoolean()),
                    EnrichedEvent.ReferrerSource.OTHER,
                    EnrichedEvent.Campaign.NONE));
        }
        writer.flush();
    }

    private static @Nullable String pick(@Nullable String[] texts, Random random) {
        return texts[random.nextInt(texts.length)];
    }

    void add(EnrichedEvent event) {
        writer.add(event, new SourceCoordinates(TOPIC, 0, next++));
        windows.add(Math.floorDiv(event.eventTimeMillis(), SIZE) * SIZE);
    }

    void flush() {
        writer.flush();
    }

    /** Counts all windows. */
    void correct() {
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(Map.of(SIZE, windows), SIZE);
            int done = corrections.recomputeMarked();
            while (done > 0) {
                done = corrections.recomputeMarked();
            }
        }
    }

    /** Every row of every table by its key, with its hits and its sketch, or null. */
    Map<String, Row> tables() throws SQLException {
        Map<String, Row> rows = new TreeMap<>();
        read(rows, "processed_events_aggregated", "host", false);
        read(rows, "processed_events_aggregated_source", "host, referrer", false);
        for (Aggregate each : aggregates) {
            String names = Dimension.codes(each.dimensions());
            read(rows, each.table(), names, each.visitors());
        }
        return rows;
    }

    /** What a table counts in a row; equal if it has seen the same visitors. */
    // Compared as sketches.
    @SuppressWarnings("ArrayRecordComponent")
    record Row(long hits, byte @Nullable [] sketch) {
        @Override
        public boolean equals(@Nullable Object other) {
            if (!(other instanceof Row row) || row.hits != hits) {
                return false;
            }
            byte[] own = sketch;
            byte[] others = row.sketch;
            return (own == null || others == null) ? own == others : VisitorSketch.sameVisitors(own, others);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(hits);
        }

        @Override
        public String toString() {
            return hits + " hits"
                    + (sketch == null ? "" : ", " + VisitorSketch.of(sketch).estimate() + " visitors");
        }
    }

    private void read(Map<String, Row> rows, String table, String names, boolean visitors) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select concat_ws(E'\\x01', '%s', event_hour, %s), num_hits, %s from %1$s"
                                .formatted(table, names, visitors ? "visitors_sketch, visitors" : "null, 0"))) {
            while (row.next()) {
                byte[] sketch = row.getBytes(3);
                rows.put(row.getString(1), new Row(row.getLong(2), sketch));
                if (sketch != null && VisitorSketch.of(sketch).estimate() != row.getLong(4)) {
                    throw new AssertionError(row.getString(1) + " tells another number than its sketch");
                }
            }
        }
    }

    List<String> rows(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, "postgres", "");
    }

    @Override
    public void close() {
        writer.close();
    }
}
