package io.tidemark.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Record values as nobody would wish them, without end: events with hostile fields, events that were damaged on their way,
 * and what never was an event. The same seed gives the same records.
 */
public final class HostileRecords {
    private static final int HOSTILE_AGENTS = 2_000;

    private final SplittableRandom random;
    private final Instant now;

    /** Few, since a user agent that was not seen before takes a quarter of a millisecond to read. */
    private final List<String> hostileAgents = new ArrayList<>();

    /** @param now the times that are right are before it, but for one in a hundred */
    public HostileRecords(long seed, Instant now) {
        this.random = new SplittableRandom(seed);
        this.now = now;
        for (int i = 0; i < HOSTILE_AGENTS; i++) {
            hostileAgents.add(hostile("user_agent"));
        }
    }

    /** The next record's value; null is a record without one. */
    public byte @Nullable [] next() {
        int kind = random.nextInt(1_000);
        if (kind < 550) {
            return event();
        } else if (kind < 800) {
            return damaged(event());
        } else if (kind < 860) {
            return concatenated(event(), random.nextBoolean() ? event() : text(pick(HostilePieces.VALUES)));
        } else if (kind < 900) {
            return text(pick(HostilePieces.VALUES));
        } else if (kind < 930) {
            return random(random.nextInt(200));
        } else if (kind < 950) {
            return concatenated(HostilePieces.bytes(0xEF, 0xBB, 0xBF), event());
        } else if (kind < 970) {
            return new String(event(), StandardCharsets.UTF_8).getBytes(pick(HostilePieces.CHARSETS));
        } else if (kind < 980) {
            return deep();
        } else if (kind < 990) {
            return new byte[random.nextInt(3)];
        }
        return kind < 995 ? null : text(" \n\t".repeat(random.nextInt(5)));
    }

    private byte[] event() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(300);
        write(out, "{");
        int hostile = random.nextInt(4);
        for (String field : List.of("host", "event_time", "url", "referrer", "user_agent", "ip", "headers")) {
            boolean needed = field.equals("host") || field.equals("event_time");
            if (random.nextInt(100) < (needed ? 98 : 60)) {
                boolean spoilt = hostile > 0 && random.nextInt(7) == 0;
                hostile -= spoilt ? 1 : 0;
                field(out, field, spoilt);
            }
        }
        while (random.nextInt(8) == 0) {
            field(out, pick(HostilePieces.FIELDS), true);
        }
        write(out, random.nextInt(200) == 0 ? ",}" : "}");
        return out.toByteArray();
    }

    private void field(ByteArrayOutputStream out, String name, boolean spoilt) {
        write(out, (out.size() > 1 ? ",\"" : "\"") + name + "\":");
        if (!spoilt) {
            write(out, "\"" + good(name) + "\"");
            return;
        }
        switch (random.nextInt(8)) {
            case 0 -> write(out, pick(HostilePieces.VALUES));
            case 1 -> {
                write(out, "\"" + good(name));
                out.writeBytes(pick(HostilePieces.NO_UTF8));
                write(out, "\"");
            }
            case 2 ->
                write(
                        out,
                        "{\"family\":\"" + pick(HostilePieces.PIECES) + "\",\"User-Agent\":"
                                + pick(HostilePieces.VALUES) + "}");
            default -> write(out, "\"" + (name.equals("user_agent") ? pick(hostileAgents) : hostile(name)) + "\"");
        }
    }

    private String hostile(String field) {
        if (random.nextInt(4) == 0) {
            return good(field) + pick(HostilePieces.PIECES).repeat(length());
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i >= 0; i--) {
            text.append(random.nextBoolean() ? pick(HostilePieces.PIECES) : good(field));
        }
        return text.toString();
    }

    /** Mostly short, now and then beyond every cap, seldom beyond all reason; a record stays below the megabyte that Kafka takes. */
    private int length() {
        int rare = random.nextInt(1_000);
        return rare == 0 ? random.nextInt(20_000) : rare < 20 ? random.nextInt(4_000) : random.nextInt(20);
    }

    private String good(String field) {
        return switch (field) {
            case "host" -> pick(HostilePieces.HOSTS);
            case "url" -> pick(HostilePieces.URLS);
            case "referrer" -> pick(HostilePieces.REFERRERS);
            case "user_agent" -> random.nextInt(200) == 0 ? "Agent/" + random.nextInt() : pick(HostilePieces.AGENTS);
            case "headers" -> "{\\\"User-Agent\\\":\\\"" + random.nextInt(100) + "\\\",\\\"a\\\":{\\\"b\\\":[1]}}";
            case "ip" -> pick(HostilePieces.ADDRESSES);
            case "event_time" -> time();
            default -> pick(HostilePieces.PIECES);
        };
    }

    private String time() {
        int kind = random.nextInt(100);
        if (kind < 5) {
            return pick(HostilePieces.WRONG_TIMES);
        } else if (kind < 10) {
            return pick(HostilePieces.TIMES);
        }
        return now.minusMillis(kind == 99 ? -random.nextLong(3_600_000) : random.nextLong(7_200_000))
                .toString();
    }

    private byte[] damaged(byte[] event) {
        byte[] bytes = event;
        for (int i = random.nextInt(3); i >= 0 && bytes.length > 1; i--) {
            int at = random.nextInt(bytes.length);
            int end = Math.min(bytes.length, at + 1 + random.nextInt(20));
            byte[] head = Arrays.copyOf(bytes, at);
            byte[] part = Arrays.copyOfRange(bytes, at, end);
            byte[] tail = Arrays.copyOfRange(bytes, end, bytes.length);
            bytes = switch (random.nextInt(6)) {
                case 0 -> head;
                case 1 -> concatenated(head, tail);
                case 2 -> concatenated(head, concatenated(part, concatenated(part, tail)));
                case 3 -> concatenated(head, concatenated(random(part.length), tail));
                case 4 -> concatenated(head, concatenated(pick(HostilePieces.NO_UTF8), concatenated(part, tail)));
                default -> flipped(bytes, at);
            };
        }
        return bytes;
    }

    private byte[] flipped(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        copy[at] ^= (byte) (1 << random.nextInt(8));
        return copy;
    }

    /** Nested deeper than parsers like, as the record or in a field of an event. */
    private byte[] deep() {
        int depth = random.nextInt(20) == 0 ? 20_000 : 1 + random.nextInt(1_500);
        String nested = random.nextBoolean()
                ? "[".repeat(depth) + "]".repeat(depth - random.nextInt(2))
                : "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
        return text(
                switch (random.nextInt(3)) {
                    case 0 -> nested;
                    case 1 ->
                        "{\"host\":\"deep.example\",\"event_time\":\"" + time() + "\",\"headers\":" + nested + "}";
                    default ->
                        "{\"unknown\":" + nested + ",\"host\":\"deep.example\",\"event_time\":\"" + time() + "\"}";
                });
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text(text));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
