package io.tidemark.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What hits can be counted by. Of every event each dimension has a text, which is empty where nothing is known. */
public enum Dimension {
    /** The site. */
    HOST("host", TextCap.HOST),
    /** The page: the URL without scheme, authority, query and fragment. Of a key, it may be as long as a referrer. */
    PATH("url", TextCap.REFERRER),
    REFERRER("referrer", TextCap.REFERRER),
    /** Kind of referrer, see {@link EnrichedEvent.ReferrerSource}. */
    REFERRER_SOURCE("referrer_source", TextCap.NAME),
    COUNTRY("country", TextCap.NAME),
    DEVICE("device", TextCap.NAME),
    BROWSER("browser", TextCap.NAME),
    OS("os", TextCap.NAME),
    /** {@code true} or {@code false}. */
    BOT("bot", TextCap.NAME),
    UTM_SOURCE("utm_source", TextCap.NAME),
    UTM_MEDIUM("utm_medium", TextCap.NAME),
    UTM_CAMPAIGN("utm_campaign", TextCap.NAME),
    UTM_TERM("utm_term", TextCap.NAME),
    UTM_CONTENT("utm_content", TextCap.NAME);

    private static final byte[] ROOT = {'/'};

    private final String field;
    private final TextCap cap;
    private final String code = name().toLowerCase(Locale.ROOT);

    Dimension(String field, TextCap cap) {
        this.field = field;
        this.cap = cap;
    }

    /** The name in settings, and of the column in tables. */
    public String code() {
        return code;
    }

    /** The field of the enriched event that it is told from, and column of {@code processed_events}. */
    public String field() {
        return field;
    }

    /** The most bytes of UTF-8 that its text has. */
    public int maxBytes() {
        return cap.maxBytes();
    }

    /** The dimension's text, of the field's text as an enriched event has it. */
    public String of(@Nullable String fieldText) {
        if (fieldText == null) {
            return "";
        }
        if (this != PATH) {
            return cap.apply(fieldText);
        }
        byte[] url = fieldText.getBytes(UTF_8);
        Slice path = new Slice();
        path.set(url, 0, url.length);
        toPath(path);
        return cap.apply(path.text());
    }

    /**
     * Turns the field's text into the dimension's, if no more than moving its ends is needed for it.
     *
     * @param text ASCII without NUL
     * @return false if {@link #of} has to do it
     */
    boolean narrow(Slice text) {
        if (this == PATH) {
            toPath(text);
        }
        return text.length() <= cap.maxBytes();
    }

    /** By RFC 3986: what follows scheme and authority, up to query or fragment; {@code /} if that is empty. */
    private static void toPath(Slice url) {
        byte[] bytes = url.bytes;
        int from = behindAuthority(bytes, url.from, url.to);
        int to = from;
        while (to < url.to && bytes[to] != '?' && bytes[to] != '#') {
            to++;
        }
        if (to > from) {
            url.set(bytes, from, to);
        } else {
            url.set(ROOT, 0, ROOT.length);
        }
    }

    /** Where it is no URL but a request target, that is where it begins. */
    private static int behindAuthority(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && isOfScheme(bytes[at])) {
            at++;
        }
        if (at == from || at + 2 >= to || bytes[at] != ':' || bytes[at + 1] != '/' || bytes[at + 2] != '/') {
            return from;
        }
        at += 3;
        while (at < to && bytes[at] != '/' && bytes[at] != '?' && bytes[at] != '#') {
            at++;
        }
        return at;
    }

    private static boolean isOfScheme(byte each) {
        return (each >= 'a' && each <= 'z')
                || (each >= 'A' && each <= 'Z')
                || (each >= '0' && each <= '9')
                || each == '+'
                || each == '-'
                || each == '.';
    }

    /**
     * The dimension of that name.
     *
     * @throws IllegalArgumentException if there is none; tells which there are
     */
    public static Dimension ofCode(String code) {
        return Arrays.stream(values())
                .filter(each -> each.code.equals(code))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no dimension \"%s\"; there are %s".formatted(code, codes(List.of(values())))));
    }

    /** The names of dimensions, for people. */
    public static String codes(List<Dimension> dimensions) {
        return dimensions.stream().map(Dimension::code).collect(Collectors.joining(", "));
    }
}
