package io.tidemark.chaos.traffic;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes page views of a few sites around the present: most of now, some late, some far too late, some sent twice, some in
 * other forms, and some that cannot be used. All from its random numbers; the clock only sets the times. JSON is written
 * by hand, so that no code is shared with what is checked.
 */
public final class EventMaker {
    private static final List<String> HOSTS =
            List.of("shop.test", "blog.test", "docs.test", "münchen.test", "UPPER.test", "a.test");
    private static final List<String> REFERRERS = List.of(
            "https://search.test/?q=tide",
            "https://news.test/",
            "https://news.test/front",
            "https://shop.test/basket",
            "https://social.test/@someone/ü");
    private static final List<String> AGENTS = List.of(
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
            "curl/8.5.0");
    private static final DateTimeFormatter SPACED =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter WITH_OFFSET = DateTimeFormatter.ISO_OFFSET_DATE_TIME;

    private static final char HOLE = '#';
    private static final int RECENT = 100;
    private static final int REFERRER_CAP = 2_000;
    private static final int USER_AGENT_CAP = 2_048;
    private static final Duration AHEAD = Duration.ofHours(1);

    /** Longer than the cap of 8,192 bytes, which lies inside of a character of two: cut before that. */
    private static final Text LONG_URL = new Text(quoted("/longer" + "ü".repeat(4_500)), "/longer" + "ü".repeat(4_092));

    private final RandomGenerator random;
    private final int partitions;
    private final int quietPartition;
    private final long latenessMillis;
    private final List<Sent> recent = new ArrayList<>();
    private long nextId;

    /**
     * A maker of records for that many partitions, one of which gets hardly any.
     *
     * @param lateness up to which an event counts as late, and beyond which as far too late
     */
    public EventMaker(RandomGenerator random, int partitions, Duration lateness) {
        this.random = random;
        this.partitions = partitions;
        this.quietPartition = random.nextInt(partitions);
        this.latenessMillis = lateness.toMillis();
    }

    /**
     * A text of a page view.
     *
     * @param sent as JSON; null if the field is left out
     * @param kept what must be stored of it; null for none
     */
    private record Text(@Nullable String sent, @Nullable String kept) {
        static final Text ABSENT = new Text(null, null);
        static final Text NULL = new Text("null", null);

        static Text whole(String text) {
            return new Text(quoted(text), text);
        }

        /** Longer than the cap, in bytes of one each: cut there. */
        static Text cut(String text, int cap) {
            return new Text(quoted(text), text.substring(0, cap));
        }
    }

    private record Texts(Text url, Text ip, Text userAgent) {}

    /** The next record. */
    public Sent next(long nowMillis) {
        int kind = random.nextInt(100);
        if (kind < 4 && !recent.isEmpty()) {
            Sent again = recent.get(random.nextInt(recent.size()));
            return sent(again.value(), again.outcome());
        } else if (kind < 10) {
            return broken(nowMillis);
        } else if (kind < 16) {
            return view(nowMillis - between(1_500, latenessMillis));
        } else if (kind < 19) {
            return view(nowMillis - between(latenessMillis + 10_000, latenessMillis + 120_000));
        }
        return view(nowMillis - between(0, 800));
    }

    private long between(long low, long high) {
        return random.nextLong(low, high);
    }

    private Sent view(long at) {
        String host = pick(HOSTS);
        Text referrer = referrer();
        Texts others = others();
        Sent view = sent(
                json(quoted(host), quoted(time(at)), referrer.sent(), others),
                new Outcome.Stored(
                        host,
                        referrer.kept() == null ? "" : referrer.kept(),
                        at,
                        others.url().kept(),
                        others.ip().kept(),
                        others.userAgent().kept()));
        if (recent.size() < RECENT) {
            recent.add(view);
        } else {
            recent.set(random.nextInt(RECENT), view);
        }
        return view;
    }

    private Text referrer() {
        return switch (random.nextInt(30)) {
            case 0 -> Text.cut("https://long.test/" + "x".repeat(REFERRER_CAP), REFERRER_CAP);
            case 1 -> new Text("\"https://nul.test/\\u0000a\"", "https://nul.test/a");
            case 2 -> new Text("\"\"", "");
            case 3 -> Text.NULL;
            default -> random.nextInt(4) == 0 ? Text.ABSENT : Text.whole(pick(REFERRERS));
        };
    }

    private Texts others() {
        return new Texts(
                switch (random.nextInt(60)) {
                    case 0 -> LONG_URL;
                    case 1 -> Text.ABSENT;
                    case 2 -> Text.NULL;
                    default -> Text.whole("/page/" + random.nextInt(50) + "?utm_source=mail");
                },
                switch (random.nextInt(60)) {
                    case 0 -> Text.ABSENT;
                    case 1 -> Text.NULL;
                    case 2 -> Text.whole("2001:db8::" + random.nextInt(1, 250));
                    case 3 -> Text.whole("no address");
                    default -> Text.whole("192.0.2." + random.nextInt(1, 250));
                },
                switch (random.nextInt(60)) {
                    case 0 -> Text.cut(AGENTS.get(0) + " " + "x".repeat(USER_AGENT_CAP), USER_AGENT_CAP);
                    case 1 -> Text.ABSENT;
                    case 2 -> Text.NULL;
                    default -> Text.whole(pick(AGENTS));
                });
    }

    private Sent broken(long now) {
        String host = quoted(pick(HOSTS));
        String time = quoted(Instant.ofEpochMilli(now).toString());
        return switch (random.nextInt(13)) {
            case 0 -> sent(null, rejected("empty"));
            case 1 -> sent(bytes(""), rejected("empty"));
            case 2 -> sent(bytes("{\"host\":\"cut.test\",\"event_ti"), rejected("malformed_json"));
            case 3 -> sent(bytes("not json at all"), rejected("malformed_json"));
            case 4 -> sent(invalidUtf8(time), rejected("malformed_json"));
            case 5 -> sent(bytes("[1, 2, 3]"), rejected("not_an_object"));
            case 6 -> sent(json("42", time, null, others()), rejected("wrong_type"));
            case 7 -> sent(json(null, time, null, others()), rejected("missing_host"));
            case 8 -> sent(json("\"  \"", time, null, others()), rejected("missing_host"));
            case 9 -> sent(json(host, null, null, others()), rejected("missing_event_time"));
            case 10 -> sent(json(host, "\"yesterday\"", null, others()), rejected("invalid_event_time"));
            case 11 -> sent(json(host, "\"2026-02-30T00:00:00Z\"", null, others()), rejected("invalid_event_time"));
            default ->
                sent(
                        json(host, quoted(Instant.ofEpochMilli(now).plus(AHEAD).toString()), null, others()),
                        rejected("event_time_in_future"));
        };
    }

    private static Outcome rejected(String reason) {
        return new Outcome.Rejected(reason);
    }

    private static ByteBuffer invalidUtf8(String time) {
        byte[] value = ("{\"host\":\"" + HOLE + "\",\"event_time\":" + time + "}").getBytes(UTF_8);
        value[new String(value, UTF_8).indexOf(HOLE)] = (byte) 0xff;
        return ByteBuffer.wrap(value);
    }

    private String time(long millis) {
        Instant at = Instant.ofEpochMilli(millis);
        return switch (random.nextInt(10)) {
            case 0 -> SPACED.format(at);
            case 1 -> WITH_OFFSET.format(at.atOffset(ZoneOffset.ofHoursMinutes(5, 30)));
            default -> at.toString();
        };
    }

    private static ByteBuffer json(
            @Nullable String host, @Nullable String time, @Nullable String referrer, Texts others) {
        StringBuilder out = new StringBuilder(400).append('{');
        field(out, "url", others.url().sent());
        field(out, "ip", others.ip().sent());
        field(out, "host", host);
        field(out, "user_agent", others.userAgent().sent());
        field(out, "referrer", referrer);
        field(out, "unknown", "{\"deep\":[1,{\"a\":null}]}");
        field(out, "event_time", time);
        out.setCharAt(out.length() - 1, '}');
        return bytes(out.toString());
    }

    private static void field(StringBuilder out, String name, @Nullable String value) {
        if (value != null) {
            out.append('"').append(name).append("\":").append(value).append(',');
        }
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private Sent sent(@Nullable ByteBuffer value, Outcome outcome) {
        int partition = random.nextInt(partitions);
        if (partition == quietPartition && random.nextInt(20) > 0) {
            partition = (partition + 1) % partitions;
        }
        return new Sent(nextId++, partition, value, outcome);
    }
}
