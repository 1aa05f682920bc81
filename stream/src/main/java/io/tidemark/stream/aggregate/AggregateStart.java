package io.tidemark.stream.aggregate;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.store.AggregateTables;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.WindowProgress;
import io.tidemark.store.WindowSettings;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.StartOffsetsResolver;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What has to be settled before the aggregate job is submitted. */
public final class AggregateStart {
    private AggregateStart() {}

    /** Where it starts if it does not go on from a checkpoint; the tables must be there. */
    public static StartOffsets offsets(
            KafkaSettings kafka,
            StoreConfig store,
            StartFrom from,
            TumblingWindows windows,
            TimeCharacteristic time,
            Duration watermark) {
        StartOffsetsResolver resolver = new StartOffsetsResolver(kafka, Topics.ENRICHED, AggregateConfig.GROUP_ID);
        // By processing time, what is read again counts again, in a window of now: so nothing is.
        return time == TimeCharacteristic.PROCESSING
                ? resolver.resolve(from)
                : resolver.resolveAtWindow(from, windows, watermark, WindowProgress.reached(store));
    }

    /**
     * Makes sure that the tables may hold such windows, and that those of the aggregates are there.
     *
     * @return the aggregates, each in the generation of its table
     * @throws IllegalArgumentException if windows of an aggregate's own are not made of the job's; names its table
     * @throws io.tidemark.store.StoreException if they hold windows of another kind
     */
    public static List<Aggregate> claimWindows(
            StoreConfig store, Duration window, TimeCharacteristic time, List<Aggregate> aggregates) {
        // The claim looks at the size, too, and says more.
        if (window.toMillis() > 0) {
            Aggregate.requireMadeOf(TumblingWindows.of(window), aggregates);
        }
        WindowSettings.claim(store, window, time.name().toLowerCase(Locale.ROOT));
        return AggregateTables.prepare(store, aggregates, window);
    }

    /**
     * The first window in which no hit can have been read yet: the enriched topic's records have the time of their events, and
     * Kafka knows the newest.
     *
     * @return its start; now's next window at the earliest
     */
    public static long untouchedFrom(KafkaSettings kafka, TumblingWindows windows, Clock clock) {
        long newest = new StartOffsetsResolver(kafka, Topics.ENRICHED, AggregateConfig.GROUP_ID).newestTimestamp();
        return windows.startOf(Math.max(newest, clock.millis())) + windows.sizeMillis();
    }
}
