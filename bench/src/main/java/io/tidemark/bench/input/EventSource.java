package io.tidemark.bench.input;

import static java.util.stream.Collectors.joining;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEvent.Campaign;
import io.tidemark.model.EnrichedEvent.Client;
import io.tidemark.model.EnrichedEvent.Geo;
import io.tidemark.model.EnrichedEvent.ReferrerSource;
import io.tidemark.model.RawEvent;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * The events of one partition, in the order in which they came: event time goes on, but for a few seconds of disorder.
 * Hosts and referrers are as unevenly spread as those of real sites, by a power law.
 */
public final class EventSource implements Events {
    /** When the first event happens. */
    public static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private static final int DISORDER_MILLIS = 5_000;
    private static final int PATHS = 2_000;
    private static final int NOISE_TO_CHOOSE_FROM = 1 << 20;
    private static final int ADDRESSES = 50_000;
    private static final int USER_AGENTS = 2_000;
    private static final String[] BROWSERS = {"Chrome/146.0.0.0", "Firefox/149.0", "Version/19.2 Safari/605.1.15"};
    private static final String[] SYSTEMS = {
        "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "Linux; Android 16"
    };

    private final Workload workload;
    private final long number;
    private final HexFormat hex = HexFormat.of();
    private final SplittableRandom random;
    private final String padding;
    private final boolean brief;
    private final String[] hosts;
    private final String[] referrers;
    private final String[] paths = new String[PATHS];
    private final String[] userAgents = new String[USER_AGENTS];
    private long made;

    public EventSource(Workload workload, int partition) {
        this.workload = workload;
        this.number = workload.eventsOf(partition);
        this.random = new SplittableRandom(workload.seed() * 1_000_003 + partition);
        this.padding = noise(workload.eventBytes() - Workload.LAB_EVENT_BYTES);
        this.brief = workload.eventBytes() < Workload.LAB_EVENT_BYTES;
        this.hosts = new String[workload.hosts()];
        Arrays.setAll(hosts, "www.site-%05d.example"::formatted);
        this.referrers = new String[(workload.pairs() - 1) / hosts.length + 1];
        Arrays.setAll(
                referrers,
                i -> brief
                        ? "https://n%06d.org/".formatted(i)
                        : "https://news-%06d.example.org/stories/2026/03/%s".formatted(i, slug(i)));
        Arrays.setAll(
                paths,
                i -> brief
                        ? "/%05d".formatted(i)
                        : "/section-%02d/article-%05d-%s?page=%d".formatted(i % 20, i, slug(i), i % 7));
        Arrays.setAll(userAgents, i -> brief ? "Mozilla/5.0 (X11; rv:%d) Firefox/149.0".formatted(i) : userAgent(i));
    }

    @Override
    public boolean hasNext() {
        return made < number;
    }

    /** A page view; its JSON is some {@link Workload#eventBytes} long. */
    @Override
    public RawEvent next() {
        long due = workload.span().toMillis() * made / number;
        made++;
        long at = START.toEpochMilli() + Math.max(0, due - random.nextInt(DISORDER_MILLIS));
        int pair = skewed(workload.pairs());
        String host = hosts[pair % hosts.length];
        return new RawEvent(
                host,
                at,
                "https://" + host + paths[skewed(PATHS)] + padding(),
                referrers[pair / hosts.length],
                userAgents[random.nextInt(USER_AGENTS)],
                address(),
                brief ? "{}" : "{\"Accept-Language\":\"en-GB,en;q=0.9\"}");
    }

    /** The same as enrichment would make it, but for places and clients, which are made up. */
    @Override
    public EnrichedEvent nextEnriched() {
        RawEvent raw = next();
        return new EnrichedEvent(
                raw.host(),
                raw.eventTimeMillis(),
                raw.ip(),
                raw.url(),
                raw.referrer(),
                raw.userAgent(),
                visitorId(raw),
                new Geo("GB", "England", "London"),
                new Client("Desktop", "Chrome", "Windows NT", false),
                ReferrerSource.OTHER,
                Campaign.NONE);
    }

    /** As long as a real one, and as many. */
    private String visitorId(RawEvent raw) {
        long mixed = (Objects.hash(raw.host(), raw.ip(), raw.userAgent()) + 1L) * 0x9E3779B97F4A7C15L;
        return hex.toHexDigits(mixed);
    }

    /** Small numbers far more often than large ones. */
    private int skewed(int bound) {
        double uniform = random.nextDouble();
        return (int) (bound * uniform * uniform * uniform);
    }

    /** Some of the noise, so that compression finds little to save. */
    private String padding() {
        int length = padding.length() - NOISE_TO_CHOOSE_FROM;
        if (length <= 0) {
            return "";
        }
        int from = random.nextInt(NOISE_TO_CHOOSE_FROM);
        return padding.substring(from, from + length);
    }

    /** Enough for paddings of that length; the same for all. */
    private static String noise(int length) {
        return length <= 0
                ? ""
                : new SplittableRandom(length)
                        .ints(length + NOISE_TO_CHOOSE_FROM, 0, Character.MAX_RADIX)
                        .mapToObj(digit -> String.valueOf(Character.forDigit(digit, Character.MAX_RADIX)))
                        .collect(joining());
    }

    private static String slug(int number) {
        return "the-long-title-of-story-" + Integer.toString(number * 7919 % 1_000_003, 36);
    }

    private static String userAgent(int kind) {
        return "Mozilla/5.0 (%s; rv:%d) AppleWebKit/537.36 (KHTML, like Gecko) %s Build/%d"
                .formatted(SYSTEMS[kind % SYSTEMS.length], 100 + kind % 49, BROWSERS[kind % BROWSERS.length], kind);
    }

    private String address() {
        int which = random.nextInt(ADDRESSES);
        return "81.2." + which / 256 + "." + which % 256;
    }
}
