package io.tidemark.cli;

import io.tidemark.cli.jobs.RunningJob;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.TrafficQueries;
import io.tidemark.store.TrafficQueries.Ranked;
import io.tidemark.stream.Tallies;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** How the pipeline does right now. */
final class LiveStatus implements AutoCloseable {
    private static final int SHOWN = 4;

    private final TrafficQueries queries;
    private final Submitted enrich;
    private final Submitted aggregate;
    private final TumblingWindows windows;
    private final Clock clock = Clock.systemUTC();

    private Map<String, Long> enrichCounts = Map.of();
    private Map<String, Long> aggregateCounts = Map.of();

    LiveStatus(StoreConfig store, Submitted enrich, Submitted aggregate, TumblingWindows windows) {
        this.queries = new TrafficQueries(store);
        this.enrich = enrich;
        this.aggregate = aggregate;
        this.windows = windows;
    }

    /**
     * A window and what is busiest in it.
     *
     * @param title such as {@code current window 12:00:10}
     */
    record Window(String title, List<Ranked> hosts, List<Ranked> referrers) {
        Window {
            hosts = List.copyOf(hosts);
            referrers = List.copyOf(referrers);
        }
    }

    /**
     * One look at the pipeline.
     *
     * @param sent events that Kafka has acknowledged
     * @param rejected by reason, without the reasons that did not occur
     * @param late hits that revised a closed window or have it recomputed
     */
    record Status(long sent, long stored, Map<String, Long> rejected, long late, List<Window> shown) {
        Status {
            rejected = new TreeMap<>(rejected);
            shown = List.copyOf(shown);
        }

        long rejectedInAll() {
            return rejected.values().stream().mapToLong(Long::longValue).sum();
        }

        boolean isAccountedFor() {
            return sent == stored + rejectedInAll();
        }
    }

    Status take(long sent) throws InterruptedException {
        enrichCounts = RunningJob.countsOr(enrich, enrichCounts);
        aggregateCounts = RunningJob.countsOr(aggregate, aggregateCounts);
        Map<String, Long> rejected = new TreeMap<>();
        enrichCounts.forEach((name, count) -> {
            if (name.startsWith(Tallies.REJECTED_PREFIX) && count > 0) {
                rejected.put(name.substring(Tallies.REJECTED_PREFIX.length()), count);
            }
        });
        return new Status(
                sent,
                enrichCounts.getOrDefault(Tallies.STORED, 0L),
                rejected,
                aggregateCounts.getOrDefault(Tallies.LATE, 0L) + aggregateCounts.getOrDefault(Tallies.MARKED, 0L),
                shownWindows());
    }

    private List<Window> shownWindows() {
        List<Window> shown = new ArrayList<>();
        long now = clock.millis();
        long current = windows.startOf(now);
        shown.add(new Window(
                "current window " + StatusView.time(current) + " UTC",
                queries.topHostsBetween(current, current + windows.sizeMillis(), SHOWN),
                queries.topReferrersBetween(current, current + windows.sizeMillis(), SHOWN)));
        OptionalLong last = queries.lastWindowStart();
        if (last.isPresent()) {
            shown.add(new Window(
                    "last closed window " + StatusView.time(last.getAsLong()) + " UTC",
                    queries.topHostsOfWindow(last.getAsLong(), SHOWN),
                    queries.topReferrersOfWindow(last.getAsLong(), SHOWN)));
        }
        return shown;
    }

    @Override
    public void close() {
        queries.close();
    }
}
