package io.tidemark.collect.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/** How many events each of many senders may send: so many a second in the long run, ten times as many at once. Thread-safe. */
final class RateLimits {
    private static final int SECONDS_AT_ONCE = 10;
    private static final int MOST_SENDERS = 100_000;

    private final long perSecond;
    private final TimeMeter time;
    private final Cache<String, Bucket> buckets;

    /**
     * One limit for all senders of a kind.
     *
     * @param perSecond 0 is no limit
     */
    RateLimits(long perSecond, TimeMeter time) {
        this.perSecond = perSecond;
        this.time = time;
        // A bucket that nobody took from for that long is full again: forgetting it changes nothing.
        buckets = Caffeine.newBuilder()
                .maximumSize(MOST_SENDERS)
                .expireAfterAccess(Duration.ofSeconds(2 * SECONDS_AT_ONCE))
                .ticker(time::currentTimeNanos)
                .build();
    }

    /**
     * Takes the events of one request, or none of them.
     *
     * @throws RefusedException if there are too many, with the time after which there are not
     */
    void take(String sender, String name, long events) throws RefusedException {
        if (perSecond == 0 || events == 0) {
            return;
        }
        Bucket bucket = buckets.get(sender, each -> bucket());
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(Math.min(events, perSecond * SECONDS_AT_ONCE));
        if (!probe.isConsumed()) {
            throw new RefusedException(
                    Refusal.TOO_MANY_REQUESTS,
                    "More than %d events a second from this %s".formatted(perSecond, name),
                    Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    private Bucket bucket() {
        return Bucket.builder()
                .withCustomTimePrecision(time)
                .addLimit(limit ->
                        limit.capacity(perSecond * SECONDS_AT_ONCE).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build();
    }
}
