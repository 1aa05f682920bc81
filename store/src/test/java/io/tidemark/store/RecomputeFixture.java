package io.tidemark.store;

import static io.tidemark.store.StoreFixture.FIVE_MINUTES;
import static io.tidemark.store.StoreFixture.at;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.GroupCount;
import io.tidemark.model.GroupCounts;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.RecomputePlan.Forgotten;
import io.tidemark.store.RecomputePlan.Request;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A database with windows of five minutes, and a recomputation whose counting is done here, event by event in one thread: the job that
 * does it with Spark is another module's.
 */
final class RecomputeFixture implements AutoCloseable {
    static final String PAGES = "pages";
    private static final Aggregate AGGREGATE = new Aggregate(PAGES, List.of(Dimension.HOST, Dimension.PATH), true);

    final StoreConfig config = StoreFixture.newDatabase();
    final Aggregate pages;
    private final EventWriter events = new EventWriter(config);
    private final AtomicLong next = new AtomicLong();

    RecomputeFixture() {
        WindowSettings.claim(config, Duration.ofMillis(FIVE_MINUTES), "event");
        pages = AggregateTables.prepare(config, List.of(AGGREGATE), Duration.ofMillis(FIVE_MINUTES))
                .get(0);
        try (WindowProgress progress = new WindowProgress(config)) {
            progress.advance(WindowProgress.ALL, FIVE_MINUTES);
        }
    }

    static EnrichedEvent event(String host, String visitor, String url, long time) {
        return new EnrichedEvent(
                host,
                time,
                "192.0.2.0",
                url,
                "https://r.example/",
                "Mozilla/5.0",
                visitor,
                EnrichedEvent.Geo.UNKNOWN,
                EnrichedEvent.Client.UNKNOWN,
                EnrichedEvent.ReferrerSource.OTHER,
                EnrichedEvent.Campaign.NONE);
    }

    /** Stores an event. */
    void store(String host, String visitor, String url, long time) {
        events.add(event(host, visitor, url, time), at(0, next.getAndIncrement()));
        events.flush();
    }

    /** As the aggregate job counts, of windows that it corrects. */
    void correct(Long... windows) {
        try (Corrections corrections = new Corrections(config)) {
            corrections.mark(List.of(windows), FIVE_MINUTES);
            correctMarked(corrections);
        }
    }

    static void correctMarked(Corrections corrections) {
        int done = corrections.recomputeMarked();
        while (done > 0) {
            done = corrections.recomputeMarked();
        }
    }

    RecomputeStore recompute() {
        return new RecomputeStore(config);
    }

    /** Of all tables. */
    static Request range(long from, long to) {
        return new Request(from, to, List.of());
    }

    /** A run up to the comparison. */
    List<TableDifference> compare(RecomputeStore store, RecomputePlan plan) {
        store.prepare(plan);
        count(plan);
        List<TableDifference> differences = new ArrayList<>();
        for (int i = 0; i < plan.tables().size(); i++) {
            differences.add(store.compare(plan, i, List.of("one"), 10));
        }
        return differences;
    }

    /** Swaps what was compared. */
    static void swap(RecomputeStore store, RecomputePlan plan, List<TableDifference> differences) {
        for (int i = 0; i < plan.tables().size(); i++) {
            List<TableDifference> together =
                    plan.together(i).stream().map(differences::get).toList();
            if (!together.isEmpty()) {
                store.swap(plan, together);
            }
        }
        if (plan.whole()) {
            store.takeMarks(plan);
        }
    }

    /** All of a run; returns how many rows differed. */
    long run(long from, long to) {
        try (RecomputeStore store = recompute()) {
            RecomputePlan plan = store.plan(range(from, to));
            List<TableDifference> differences = compare(store, plan);
            swap(store, plan, differences);
            return differences.stream().mapToLong(TableDifference::differing).sum();
        }
    }

    private void count(RecomputePlan plan) {
        List<GroupCount> counted = new ArrayList<>();
        GroupCounts counts = new GroupCounts(plan.counted(), new TumblingWindows(plan.sizeMillis()), counted::add);
        List<String> columns = List.copyOf(counts.columns());
        TumblingWindows windows = new TumblingWindows(plan.sizeMillis());
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (RecomputePlan.Piece piece : plan.pieces()) {
                try (ResultSet row = statement.executeQuery("select * from (%s) source where %s"
                        .formatted(RecomputePlan.query(columns), piece.condition("t")))) {
                    while (row.next()) {
                        Map<String, String> texts = new HashMap<>();
                        for (String each : columns) {
                            String text = row.getString(each);
                            if (text != null) {
                                texts.put(each, text);
                            }
                        }
                        counts.add(texts, windows.startOf(row.getLong("at")));
                    }
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        counts.handOnAll();
        for (int i = 0; i < plan.tables().size(); i++) {
            copy(plan, i, counted);
        }
    }

    private void copy(RecomputePlan plan, int table, List<GroupCount> counted) {
        RecomputedTable of = plan.tables().get(table);
        Map<Place, GroupCount> groups = new HashMap<>();
        for (GroupCount each : counted) {
            if (each.aggregate().equals(of.counted().id())) {
                groups.put(new Place(each.windowStartMillis(), each.key()), each);
            }
        }
        for (Forgotten each : plan.forgotten()) {
            if (each.table() == table) {
                groups.merge(
                        new Place(each.windowStartMillis(), each.key()),
                        new GroupCount(
                                "",
                                each.windowStartMillis(),
                                each.windowStartMillis() + plan.sizeMillis(),
                                each.key(),
                                each.hits(),
                                null),
                        (one, more) -> new GroupCount(
                                "",
                                one.windowStartMillis(),
                                one.windowEndMillis(),
                                one.key(),
                                one.hits() + more.hits(),
                                one.visitors()));
            }
        }
        try (StoredGroups stored = new StoredGroups(config);
                RollupCopy copy = new RollupCopy(config, RecomputePlan.shadow(table), of.source(), "one")) {
            for (GroupCount each : groups.values()) {
                StoredGroups.Stored live = of.counted().visitors()
                        ? stored.ofWindow(of, each.windowStartMillis()).get(each.key())
                        : null;
                // As the true job does, though without looking into the sketch.
                if (live == null || live.hits() != each.hits()) {
                    live = new StoredGroups.Stored(each.hits(), each.visitors() == null ? 0 : 1, each.visitors());
                }
                copy.add(
                        each.windowStartMillis(),
                        each.key().split("\0", -1),
                        new long[] {live.hits()},
                        live.visitors(),
                        live.sketch());
            }
            copy.commit();
        }
    }

    private record Place(long window, String key) {}

    Connection connect() throws SQLException {
        return DriverManager.getConnection(config.jdbcUrl(), config.user(), config.password());
    }

    /** Rows of all tables of windows, with what they count. */
    List<String> windows() {
        List<String> rows = new ArrayList<>();
        rows.addAll(StoreFixture.rows(
                config, "select 'hosts', event_hour, host, num_hits from processed_events_aggregated order by 2, 3"));
        rows.addAll(
                StoreFixture.rows(
                        config,
                        "select 'referrers', event_hour, host, referrer, num_hits from processed_events_aggregated_source order by 2, 3, 4"));
        rows.addAll(StoreFixture.rows(
                config, "select 'pages', event_hour, host, path, num_hits from pages order by 2, 3, 4"));
        return rows;
    }

    @Override
    public void close() {
        events.close();
    }
}
