package io.tidemark.collect.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.tidemark.model.EventTime;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Records of made-up visitors on a few sites: some sites and pages are far more popular than others, a visitor comes
 * from somewhere and reads on, times are some seconds out of order, and one record in {@value #BROKEN_ONE_IN} is
 * broken. The same seed and clock give the same records. Not thread-safe.
 */
public final class TrafficSource implements Supplier<byte[]> {
    static final int BROKEN_ONE_IN = 500;

    private static final int VISITORS = 400;
    private static final double NEW_VISITOR_SHARE = 0.65;
    private static final double MEAN_DELAY_MILLIS = 700;
    private static final double MAX_DELAY_MILLIS = 8_000;
    private static final Duration FAR_AHEAD = Duration.ofHours(2);

    private final RawEventCodec codec = new RawEventCodec();
    private final RandomGenerator random;
    private final Clock clock;
    private final Visitor[] visitors = new Visitor[VISITORS];

    public TrafficSource(long seed, Clock clock) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** Who is on a site, and which page they see. */
    private record Visitor(Site site, String path, String userAgent, String ip, String language) {}

    /** The next record's value, usually a raw event as JSON. */
    @Override
    public byte[] get() {
        long delay = (long) Math.min(MAX_DELAY_MILLIS, -MEAN_DELAY_MILLIS * Math.log1p(-random.nextDouble()));
        RawEvent event = view(clock.millis() - delay);
        return random.nextInt(BROKEN_ONE_IN) == 0 ? broken(event) : codec.encode(event);
    }

    private RawEvent view(long atMillis) {
        int slot = random.nextInt(VISITORS);
        Visitor before = visitors[slot];
        if (before == null || random.nextDouble() < NEW_VISITOR_SHARE) {
            Site site = Site.any(random);
            Entry entry = Entry.any(random);
            Visitor visitor = new Visitor(
                    site,
                    site.anyPath(random),
                    Visitors.anyUserAgent(random),
                    Visitors.anyAddress(random),
                    Visitors.anyLanguage(random));
            visitors[slot] = visitor;
            return event(visitor, visitor.path() + entry.query(), entry.referrer(), atMillis);
        }
        Visitor visitor = new Visitor(
                before.site(), before.site().anyPath(random), before.userAgent(), before.ip(), before.language());
        visitors[slot] = visitor;
        return event(visitor, visitor.path(), before.site().address(before.path()), atMillis);
    }

    private static RawEvent event(Visitor visitor, String target, @Nullable String referrer, long atMillis) {
        return new RawEvent(
                visitor.site().host(),
                atMillis,
                visitor.site().address(target),
                referrer,
                visitor.userAgent(),
                visitor.ip(),
                "{\"Accept-Language\":\"%s\"}".formatted(visitor.language()));
    }

    /** One of the ways in which real senders get it wrong. */
    private byte[] broken(RawEvent event) {
        return switch (random.nextInt(3)) {
            case 0 -> "{\"host\":\"%s\",\"event_time\":".formatted(event.host()).getBytes(UTF_8);
            case 1 ->
                "{\"url\":\"%s\",\"event_time\":\"%s\"}"
                        .formatted(event.url(), EventTime.format(event.eventTimeMillis()))
                        .getBytes(UTF_8);
            default ->
                codec.encode(new RawEvent(
                        event.host(),
                        clock.millis() + FAR_AHEAD.toMillis(),
                        event.url(),
                        event.referrer(),
                        event.userAgent(),
                        event.ip(),
                        event.headers()));
        };
    }
}
