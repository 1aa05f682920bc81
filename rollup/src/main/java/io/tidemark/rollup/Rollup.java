package io.tidemark.rollup;

import io.tidemark.model.Grain;
import io.tidemark.model.Periods;
import io.tidemark.store.RollupPlan.Range;
import io.tidemark.store.RollupSource;
import io.tidemark.store.RollupStep;
import io.tidemark.store.RollupStore;
import io.tidemark.store.StoreConfig;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A run: of every table the hours, then the days that are made of them, then the months. What fails leaves the tables before it rolled
 * up, and the one it failed at as it was.
 */
final class Rollup {
    private static final long HOUR_MILLIS = 3_600_000;

    private final Supplier<SparkSession> spark;
    private final StoreConfig config;
    private final RollupOptions options;
    private final Listener listener;

    /** @param spark asked only once there is something to roll up: to start it takes seconds */
    Rollup(Supplier<SparkSession> spark, StoreConfig config, RollupOptions options, Listener listener) {
        this.spark = spark;
        this.config = config;
        this.options = options;
        this.listener = listener;
    }

    /** Told of what goes on. */
    interface Listener {
        /** Which of all steps comes now. */
        void begins(int step, int steps, String table);

        /** A table is rolled up. */
        void done(Done done);

        /** A table is left out, and why. */
        void leftOut(String table, String reason);
    }

    /**
     * A table that was rolled up.
     *
     * @param periods number of periods that were
     * @param rows number of rows that were written, changed or removed
     */
    record Done(String table, Grain grain, int periods, long rows, Duration took) {}

    /** Runs it, and returns the time zone of days and months. */
    ZoneId run() {
        try (RollupStore store = new RollupStore(config)) {
            ZoneId zone = options.rebuild() ? store.rebuild(options.zone()) : store.claimZone(options.zone());
            Range range = range(zone);
            Map<RollupSource, Long> sources = store.sources();
            for (String table : store.overlapping()) {
                listener.leftOut(table, "its windows overlap, so that no sum of them is right");
            }
            int steps = sources.size() * grains().size();
            int step = 0;
            for (Map.Entry<RollupSource, Long> source : sources.entrySet()) {
                Set<Grain> rolled = EnumSet.noneOf(Grain.class);
                for (Grain grain : grains()) {
                    listener.begins(++step, steps, grain.tableOf(source.getKey().table()));
                    if (rollUp(store, source.getKey(), source.getValue(), new Periods(grain, zone), rolled, range)) {
                        rolled.add(grain);
                    }
                }
            }
            return zone;
        }
    }

    private List<Grain> grains() {
        List<Grain> grains = new ArrayList<>();
        for (Grain each : Grain.values()) {
            if (!options.grain().isFinerThan(each)) {
                grains.add(each);
            }
        }
        return grains;
    }

    private @Nullable Range range(ZoneId zone) {
        TimeText from = options.from();
        TimeText to = options.to();
        if (from == null && to == null) {
            return null;
        }
        // Years that Postgres knows as well.
        long first = from == null ? Range.FIRST_MILLIS : from.millis(zone);
        long end = to == null ? Range.LAST_MILLIS : to.millis(zone);
        return new Range(first, end);
    }

    private boolean rollUp(
            RollupStore store,
            RollupSource source,
            long windowSizeMillis,
            Periods periods,
            Set<Grain> rolled,
            @Nullable Range range) {
        long began = System.nanoTime();
        Grain from = longest(periods, rolled);
        if (from == null && !periods.holdWhole(windowSizeMillis)) {
            listener.leftOut(
                    periods.grain().tableOf(source.table()),
                    "windows of %s are not parts of %ss of %s"
                            .formatted(
                                    Duration.ofMillis(windowSizeMillis),
                                    periods.grain().code(),
                                    periods.zone()));
            return false;
        }
        RollupStep step = store.plan(source, periods, from, range);
        List<String> attempts = List.of();
        if (!step.periods().isEmpty()) {
            store.prepareStaging(source);
            attempts = new StepJob(spark.get(), config).run(step);
        }
        long rows = store.swap(step, attempts);
        listener.done(new Done(
                step.target(),
                periods.grain(),
                step.periods().size(),
                rows,
                Duration.ofNanos(System.nanoTime() - began)));
        return true;
    }

    /** The longest that the periods are made of, of those that are rolled up; null if the table itself is to be read. */
    private static @Nullable Grain longest(Periods periods, Set<Grain> rolled) {
        if (periods.grain() == Grain.MONTH && rolled.contains(Grain.DAY)) {
            return Grain.DAY;
        }
        return rolled.contains(Grain.HOUR) && periods.holdWhole(HOUR_MILLIS) ? Grain.HOUR : null;
    }
}
