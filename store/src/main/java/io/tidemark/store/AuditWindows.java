package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The windows at one moment, and where the three places that count a page view differ.
 *
 * @param sizeMillis of the windows; empty as long as no aggregate job has claimed the tables
 * @param byEventTime false if windows are by processing time, which the stored events do not tell
 * @param checked windows that are closed, and not marked to be recomputed
 * @param hosts rows of {@code processed_events_aggregated} in them
 * @param hits page views that these rows count
 * @param marked windows that wait to be recomputed
 * @param open windows that are not closed yet
 * @param differences the first of them
 * @param differing how many there are
 * @param groups what the tables of aggregates count
 */
public record AuditWindows(
        OptionalLong sizeMillis,
        boolean byEventTime,
        long checked,
        long hosts,
        long hits,
        long marked,
        long open,
        List<Difference> differences,
        long differing,
        AuditGroups groups) {

    public AuditWindows {
        requireNonNull(sizeMillis, "sizeMillis is null");
        requireNonNull(groups, "groups is null");
        differences = List.copyOf(differences);
    }

    /** Nothing was counted yet. */
    static AuditWindows none() {
        return new AuditWindows(OptionalLong.empty(), true, 0, 0, 0, 0, 0, List.of(), 0, AuditGroups.NONE);
    }

    /**
     * A window and host, or a window, host and referrer, on which the tables differ. A number is null where there is no row
     * or event, and where it is not compared.
     *
     * @param startMillis start of the window, milliseconds since the epoch
     * @param referrer null if it is the host's count that differs; {@code ""} is no referrer
     * @param byHost the count in {@code processed_events_aggregated}; null of a referrer
     * @param byReferrer the count, or the sum of counts, in {@code processed_events_aggregated_source}
     * @param events rows of {@code processed_events}; null by processing time
     */
    public record Difference(
            long startMillis,
            String host,
            @Nullable String referrer,
            @Nullable Long byHost,
            @Nullable Long byReferrer,
            @Nullable Long events) {
        public Difference {
            requireNonNull(host, "host is null");
        }
    }
}
