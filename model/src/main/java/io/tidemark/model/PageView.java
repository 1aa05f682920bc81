package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A page view as a part of its session. Ordered by time; those of one moment by where they stand in the raw topic, so that
 * everybody agrees on which is the first, and the lines of a log that tells seconds only keep their order.
 *
 * @param timeMillis when it happened, milliseconds since the epoch
 * @param source where it stands in the raw topic
 * @param page path of the page, see {@link Dimension#PATH}; empty if unknown
 * @param referrerSource kind of referrer, see {@link EnrichedEvent.ReferrerSource}; empty if unknown
 * @param ip what is stored of the client's address, null if unknown
 */
public record PageView(
        long timeMillis,
        SourceCoordinates source,
        String page,
        String referrerSource,
        @Nullable String ip) implements Comparable<PageView> {

    private static final Comparator<PageView> ORDER = Comparator.comparingLong(PageView::timeMillis)
            .thenComparing((one, other) -> Long.compareUnsigned(one.source.topicIdHigh(), other.source.topicIdHigh()))
            .thenComparing((one, other) -> Long.compareUnsigned(one.source.topicIdLow(), other.source.topicIdLow()))
            .thenComparingInt(each -> each.source.partition())
            .thenComparingLong(each -> each.source.offset());

    public PageView {
        requireNonNull(source, "source is null");
        requireNonNull(page, "page is null");
        requireNonNull(referrerSource, "referrerSource is null");
    }

    @Override
    public int compareTo(PageView other) {
        return ORDER.compare(this, other);
    }
}
