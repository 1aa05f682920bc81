package io.tidemark.collect.accesslog;

import io.tidemark.model.RawEvent;
import org.jspecify.annotations.Nullable;

/** One pass over a line, left to right. */
final class LineScan {
    private static final String SHOWN_TIME = "a time such as [10/Oct/2000:13:55:36 -0700]";

    private final String line;
    private final LogFormat format;
    private final int end;
    private int at;

    LineScan(String line, LogFormat format) {
        this.line = line;
        this.format = format;
        int last = line.length();
        while (last > 0 && isBlank(line.charAt(last - 1))) {
            last--;
        }
        this.end = last;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    RawEvent read(@Nullable String defaultHost) throws UnparseableLineException {
        if (end == 0) {
            throw new UnparseableLineException("The line is blank");
        }
        int timeAt = findTime();
        String host = defaultHost;
        if (format == LogFormat.VHOST || (format == LogFormat.AUTO && hostLeads(timeAt))) {
            String named = VirtualHost.withoutPort(field("the virtual host", timeAt));
            host = named.isEmpty() || named.equals("-") ? defaultHost : named;
        }
        String client = field("the client", timeAt);
        field("the ident, often -", timeAt);
        if (at >= timeAt) {
            throw expected("the remote user, often -", at);
        }
        long time = LogTime.millis(line, timeAt);
        if (time == LogTime.INVALID) {
            throw new UnparseableLineException(
                    "No such time: \"%s\" at column %d".formatted(line.substring(timeAt + 1, timeAt + 27), timeAt + 2));
        }
        at = timeAt + LogTime.LENGTH;
        space("the request");
        String request = quoted("request");
        space("the status");
        status();
        space("the size");
        size();
        String referrer = null;
        String userAgent = null;
        if (hasReferrer()) {
            space("the referrer");
            referrer = quoted("referrer");
            space("the user agent");
            userAgent = quoted("user agent");
        }
        if (host == null) {
            throw new UnparseableLineException("The line names no host; give one with --host NAME");
        }
        return new RawEvent(
                host, time, Request.target(request), present(referrer), present(userAgent), present(client), null);
    }

    private boolean hasReferrer() {
        return switch (format) {
            case COMMON -> false;
            case AUTO -> at < end;
            default -> true;
        };
    }

    private static @Nullable String present(@Nullable String logged) {
        return "-".equals(logged) ? null : logged;
    }

    /** Where the bracket of the time is. The user before it may hold spaces and brackets of its own. */
    private int findTime() throws UnparseableLineException {
        int first = line.indexOf(" [");
        int open = first;
        while (open >= 0) {
            if (LogTime.hasShape(line, open + 1)) {
                return open + 1;
            }
            open = line.indexOf(" [", open + 1);
        }
        throw expected(SHOWN_TIME, first < 0 ? end : first + 1);
    }

    /**
     * Whether the first of the fields before the time is a host: there are four or more, and the first has a port or
     * the second is an address. A remote user with spaces makes four fields too, but its second one is the ident.
     */
    private boolean hostLeads(int timeAt) {
        int first = line.indexOf(' ');
        int second = line.indexOf(' ', first + 1);
        int third = line.indexOf(' ', second + 1);
        if (third < 0 || third >= timeAt - 1) {
            return false;
        }
        return VirtualHost.hasPort(line, first) || isAddress(first + 1, second);
    }

    private boolean isAddress(int from, int to) {
        for (int i = from; i < to; i++) {
            if (line.charAt(i) == '.' || line.charAt(i) == ':') {
                return true;
            }
        }
        return false;
    }

    private String field(String name, int timeAt) throws UnparseableLineException {
        int space = line.indexOf(' ', at);
        if (space <= at || space >= timeAt) {
            throw expected(name, at);
        }
        String value = line.substring(at, space);
        at = space + 1;
        return value;
    }

    private void space(String before) throws UnparseableLineException {
        if (at >= end || line.charAt(at) != ' ') {
            throw expected("a space and " + before, at);
        }
        at++;
    }

    /** The text between quotes as logged; a quote after an odd number of backslashes is part of it. */
    private String quoted(String name) throws UnparseableLineException {
        int open = at;
        if (open >= end || line.charAt(open) != '"') {
            throw expected("the " + name + " in quotes", open);
        }
        int close = line.indexOf('"', open + 1);
        while (close >= 0 && isEscaped(close, open)) {
            close = line.indexOf('"', close + 1);
        }
        if (close < 0) {
            throw new UnparseableLineException(
                    "Expected a quote that closes the %s of column %d; the line ends at column %d"
                            .formatted(name, open + 1, end));
        }
        at = close + 1;
        return line.substring(open + 1, close);
    }

    private boolean isEscaped(int quote, int open) {
        int i = quote - 1;
        while (i > open && line.charAt(i) == '\\') {
            i--;
        }
        return (quote - 1 - i) % 2 == 1;
    }

    private void status() throws UnparseableLineException {
        int from = at;
        if (!dash() && (digits() != 3)) {
            throw expected("a status of three digits", from);
        }
    }

    private void size() throws UnparseableLineException {
        int from = at;
        if (!dash() && digits() == 0) {
            throw expected("a size in bytes or -", from);
        }
    }

    private boolean dash() {
        boolean found = at < end && line.charAt(at) == '-';
        if (found) {
            at++;
        }
        return found;
    }

    private int digits() {
        int from = at;
        while (at < end && Ascii.isDigit(line.charAt(at))) {
            at++;
        }
        return at - from;
    }

    private static UnparseableLineException expected(String what, int index) {
        return new UnparseableLineException("Expected %s at column %d".formatted(what, index + 1));
    }
}
