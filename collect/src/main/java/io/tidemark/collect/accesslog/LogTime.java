package io.tidemark.collect.accesslog;

import java.time.LocalDate;
import java.time.Month;
import java.time.Year;

/** The time of a line, {@code [10/Oct/2000:13:55:36 -0700]}; month names are English whatever the locale. */
final class LogTime {
    /** Characters with both brackets. */
    static final int LENGTH = 28;

    /** Stands for a time that does not exist, such as the 30th of February. */
    static final long INVALID = Long.MIN_VALUE;

    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";
    private static final int MAX_OFFSET_HOURS = 18;

    private LogTime() {}

    /** Whether the separators at {@code open} are those of a time. */
    static boolean hasShape(String line, int open) {
        return line.length() >= open + LENGTH
                && line.charAt(open) == '['
                && line.charAt(open + 3) == '/'
                && line.charAt(open + 7) == '/'
                && line.charAt(open + 12) == ':'
                && line.charAt(open + 15) == ':'
                && line.charAt(open + 18) == ':'
                && line.charAt(open + 21) == ' '
                && line.charAt(open + 27) == ']';
    }

    /** Milliseconds since the epoch of a time that {@link #hasShape has its shape}, or {@link #INVALID}. */
    static long millis(String line, int open) {
        int day = two(line, open + 1);
        int month = month(line, open + 4);
        int century = two(line, open + 8);
        int yearOfCentury = two(line, open + 10);
        int hour = two(line, open + 13);
        int minute = two(line, open + 16);
        int second = two(line, open + 19);
        char sign = line.charAt(open + 22);
        int offsetHours = two(line, open + 23);
        int offsetMinutes = two(line, open + 25);
        boolean digits = (day | century | yearOfCentury | hour | minute | second | offsetHours | offsetMinutes) >= 0;
        if (!digits
                || month < 1
                || hour > 23
                || minute > 59
                || second > 59
                || (sign != '+' && sign != '-')
                || offsetHours > MAX_OFFSET_HOURS
                || offsetMinutes > 59) {
            return INVALID;
        }
        int year = century * 100 + yearOfCentury;
        if (day < 1 || day > Month.of(month).length(Year.isLeap(year))) {
            return INVALID;
        }
        int offset = offsetHours * 60 + offsetMinutes;
        long minutes = (LocalDate.of(year, month, day).toEpochDay() * 24 + hour) * 60 + minute;
        return ((minutes - (sign == '-' ? -offset : offset)) * 60 + second) * 1000;
    }

    /** A number of two digits, or a negative one. */
    private static int two(String line, int at) {
        char tens = line.charAt(at);
        char ones = line.charAt(at + 1);
        return Ascii.isDigit(tens) && Ascii.isDigit(ones) ? (tens - '0') * 10 + (ones - '0') : -1;
    }

    private static int month(String line, int at) {
        for (int i = 0; i < MONTHS.length(); i += 3) {
            if (line.regionMatches(at, MONTHS, i, 3)) {
                return i / 3 + 1;
            }
        }
        return 0;
    }
}
