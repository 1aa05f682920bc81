package io.tidemark.chaos.check;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.chaos.check.Evidence.Session;
import io.tidemark.chaos.check.Evidence.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows of sessions are those that the rows of events make up, by sorting them. That these are the right ones is another
 * check's matter.
 */
public final class SessionsCheck {
    public static final String NAME = "sessions";

    /** In bytes of UTF-8; a longer page is cut at a character. */
    private static final int PAGE_CAP = 2_000;

    private SessionsCheck() {}

    /** The sessions that are there and should not be, or the other way round. */
    public static List<String> differences(List<View> views, long gapMillis, Collection<Session> found) {
        Set<Session> wanted = new HashSet<>(sessions(views, gapMillis));
        List<String> differences = new ArrayList<>();
        Set<Session> seen = new HashSet<>();
        for (Session each : found) {
            if (!seen.add(each)) {
                differences.add("twice: " + show(each));
            } else if (!wanted.contains(each)) {
                differences.add("not of the events: " + show(each));
            }
        }
        wanted.removeAll(seen);
        wanted.forEach(each -> differences.add("missing: " + show(each)));
        differences.sort(Comparator.naturalOrder());
        return differences;
    }

    private static List<Session> sessions(List<View> views, long gapMillis) {
        List<View> sorted = new ArrayList<>(views);
        sorted.sort(Comparator.comparing(View::host)
                .thenComparing(View::visitor)
                .thenComparing(View::millis)
                .thenComparing(view -> view.place().partition())
                .thenComparing(view -> view.place().offset()));
        List<Session> sessions = new ArrayList<>();
        Session last = null;
        for (View view : sorted) {
            String page = page(view.url());
            if (last != null
                    && last.host().equals(view.host())
                    && last.visitor().equals(view.visitor())
                    && view.millis() - last.end() <= gapMillis) {
                last = new Session(
                        last.host(), last.visitor(), last.start(), view.millis(), last.hits() + 1, last.entry(), page);
                sessions.set(sessions.size() - 1, last);
            } else {
                last = new Session(view.host(), view.visitor(), view.millis(), view.millis(), 1, page, page);
                sessions.add(last);
            }
        }
        return sessions;
    }

    /** Of the addresses that are made here: the scheme and the host may be there, a query may follow. */
    private static String page(@Nullable String url) {
        if (url == null) {
            return "";
        }
        String path = url.replaceFirst("^[A-Za-z0-9+.-]+://[^/?#]*", "").replaceFirst("(?s)[?#].*$", "");
        if (path.isEmpty()) {
            return "/";
        }
        int end = path.length();
        while (path.substring(0, end).getBytes(UTF_8).length > PAGE_CAP) {
            end = path.offsetByCodePoints(end, -1);
        }
        return path.substring(0, end);
    }

    private static String show(Session session) {
        return "%s of %s on %s: %d hits until %s, %s to %s"
                .formatted(
                        Instant.ofEpochMilli(session.start()),
                        session.visitor(),
                        session.host(),
                        session.hits(),
                        Instant.ofEpochMilli(session.end()),
                        session.entry(),
                        session.exit());
    }
}
