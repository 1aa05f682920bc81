package io.tidemark.model;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;

/**
 * Timestamps as text. Accepted: ISO-8601 with {@code Z} or an offset ({@code 2026-03-01T12:00:00.123+01:00}, seconds
 * and fraction optional, fractions below a millisecond cut), and {@code yyyy-MM-dd HH:mm:ss[.SSS]}, then UTC. Written:
 * ISO-8601 in UTC with milliseconds.
 */
public final class EventTime {
    /** No timestamp: outside of what can be written. */
    static final long NONE = Long.MIN_VALUE;

    private static final long MILLIS_PER_MINUTE = 60_000;
    private static final long MILLIS_PER_DAY = 24 * 60 * MILLIS_PER_MINUTE;
    private static final byte[] PATTERN = "0000-00-00T00:00:00.000Z".getBytes(StandardCharsets.US_ASCII);

    /** Of {@code 2026-03-01T12:00:00.000Z}. */
    private static final int WRITTEN_LENGTH = 24;

    private static final int MAX_OFFSET_MINUTES = 18 * 60;

    /** The years 0000 to 9999 in UTC: what an offset moves out of them could not be written and read again. */
    private static final long EARLIEST = daysSinceEpoch(0, 1, 1) * 24 * 60 * MILLIS_PER_MINUTE;

    private static final long LATEST = (daysSinceEpoch(9999, 12, 31) + 1) * 24 * 60 * MILLIS_PER_MINUTE - 1;

    private final String text;
    private int at;

    private EventTime(String text) {
        this.text = text;
    }

    /**
     * Reads a timestamp.
     *
     * @return milliseconds since the epoch
     * @throws InvalidEventException with {@link RejectReason#INVALID_EVENT_TIME} if it has none of the accepted forms
     */
    public static long parse(String text) throws InvalidEventException {
        return new EventTime(text).parse();
    }

    /**
     * Reads a timestamp of the form that {@link #format} writes, in ASCII.
     *
     * @return {@link #NONE} if it is of another form, or no timestamp
     */
    static long parseWritten(byte[] text, int from, int to) {
        if (to - from != WRITTEN_LENGTH
                || text[from + 4] != '-'
                || text[from + 7] != '-'
                || text[from + 10] != 'T'
                || text[from + 13] != ':'
                || text[from + 16] != ':'
                || text[from + 19] != '.'
                || text[from + 23] != 'Z') {
            return NONE;
        }
        int year = digits(text, from, 4);
        int month = digits(text, from + 5, 2);
        int day = digits(text, from + 8, 2);
        int hour = digits(text, from + 11, 2);
        int minute = digits(text, from + 14, 2);
        int second = digits(text, from + 17, 2);
        int millis = digits(text, from + 20, 3);
        // A negative number stands for what are no digits, and makes the whole negative.
        if ((year | month | day | hour | minute | second | millis) < 0
                || !isTime(year, month, day, hour, minute, second)) {
            return NONE;
        }
        return instant(year, month, day, hour, minute) + second * 1000L + millis;
    }

    private static int digits(byte[] text, int from, int width) {
        int value = 0;
        for (int i = from; i < from + width; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static boolean isTime(int year, int month, int day, int hour, int minute, int second) {
        return month >= 1
                && month <= 12
                && day >= 1
                && day <= lengthOfMonth(year, month)
                && hour <= 23
                && minute <= 59
                && second <= 59;
    }

    private static long instant(int year, int month, int day, int hour, int minute) {
        return ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * MILLIS_PER_MINUTE;
    }

    /** Writes {@code 2026-03-01T12:00:00.000Z}; of times outside of the years 0000 to 9999 what {@link Instant} writes. */
    public static String format(long millis) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(millis, MILLIS_PER_DAY));
        int ofDay = (int) Math.floorMod(millis, MILLIS_PER_DAY);
        int year = day.getYear();
        if (year < 0 || year > 9999) {
            return Instant.ofEpochMilli(millis).toString();
        }
        byte[] out = PATTERN.clone();
        write(out, 0, 4, year);
        write(out, 5, 2, day.getMonthValue());
        write(out, 8, 2, day.getDayOfMonth());
        write(out, 11, 2, ofDay / 3_600_000);
        write(out, 14, 2, ofDay / 60_000 % 60);
        write(out, 17, 2, ofDay / 1000 % 60);
        write(out, 20, 3, ofDay % 1000);
        return new String(out, StandardCharsets.ISO_8859_1);
    }

    private static void write(byte[] out, int from, int width, int value) {
        int rest = value;
        for (int i = from + width - 1; i >= from; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private long parse() throws InvalidEventException {
        int year = number(4);
        expect('-');
        int month = number(2);
        expect('-');
        int day = number(2);
        char separator = next();
        boolean iso = separator == 'T' || separator == 't';
        if (!iso && separator != ' ') {
            throw invalid();
        }
        int hour = number(2);
        expect(':');
        int minute = number(2);
        int second = 0;
        int millis = 0;
        if (peek() == ':') {
            at++;
            second = number(2);
            if (peek() == '.' || (iso && peek() == ',')) {
                at++;
                millis = fraction();
            }
        } else if (!iso) {
            throw invalid();
        }
        int offsetMinutes = iso || at < text.length() ? offset() : 0;
        if (at != text.length() || !isTime(year, month, day, hour, minute, second)) {
            throw invalid();
        }
        long instant =
                instant(year, month, day, hour, minute) - offsetMinutes * MILLIS_PER_MINUTE + second * 1000L + millis;
        if (instant < EARLIEST || instant > LATEST) {
            throw invalid();
        }
        return instant;
    }

    private static int lengthOfMonth(int year, int month) {
        return switch (month) {
            case 2 -> year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    /** Days from civil, proleptic Gregorian: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
    private static long daysSinceEpoch(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(y, 400);
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468L;
    }

    private int number(int width) throws InvalidEventException {
        int value = 0;
        for (int i = 0; i < width; i++) {
            char c = next();
            if (c < '0' || c > '9') {
                throw invalid();
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    private int fraction() throws InvalidEventException {
        int millis = 0;
        int count = 0;
        while (peek() >= '0' && peek() <= '9') {
            char c = next();
            if (count < 3) {
                millis = millis * 10 + (c - '0');
            }
            count++;
        }
        if (count == 0 || count > 9) {
            throw invalid();
        }
        for (int i = count; i < 3; i++) {
            millis *= 10;
        }
        return millis;
    }

    private int offset() throws InvalidEventException {
        char sign = next();
        if (sign == 'Z' || sign == 'z') {
            return 0;
        }
        if (sign != '+' && sign != '-') {
            throw invalid();
        }
        int minutes = number(2) * 60;
        if (at < text.length()) {
            if (peek() == ':') {
                at++;
            }
            int rest = number(2);
            if (rest > 59) {
                throw invalid();
            }
            minutes += rest;
        }
        if (minutes > MAX_OFFSET_MINUTES) {
            throw invalid();
        }
        return sign == '-' ? -minutes : minutes;
    }

    private void expect(char wanted) throws InvalidEventException {
        if (next() != wanted) {
            throw invalid();
        }
    }

    /** The next character, or NUL at the end; NUL is no part of any accepted form. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private char next() throws InvalidEventException {
        if (at >= text.length()) {
            throw invalid();
        }
        return text.charAt(at++);
    }

    private InvalidEventException invalid() {
        String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
        return new InvalidEventException(
                RejectReason.INVALID_EVENT_TIME,
                "event_time must be ISO-8601 with Z or an offset, or yyyy-MM-dd HH:mm:ss[.SSS]; was \"" + shown + "\"");
    }
}
