package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.collect.importing.ImportProgress;
import io.tidemark.model.TextLine;
import io.tidemark.store.TrafficQueries.HostSessions;
import io.tidemark.store.TrafficQueries.Ranked;
import io.tidemark.store.TrafficQueries.Totals;
import io.tidemark.stream.Tallies;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a run did.
 *
 * @param counts of the enrich job, by the names of {@link Tallies}
 * @param totals of everything stored, earlier runs on the same folder included
 * @param seconds from the start of the import to the last window written
 * @param secondsInAll with the start of the stack
 */
record RunSummary(
        ImportProgress imported,
        Map<String, Long> counts,
        Totals totals,
        Duration window,
        double seconds,
        double secondsInAll) {
    private static final int NAME_WIDTH = 60;

    RunSummary {
        requireNonNull(imported, "imported is null");
        counts = Map.copyOf(counts);
    }

    private long count(String name) {
        return counts.getOrDefault(name, 0L);
    }

    private long rejected() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(Tallies.REJECTED_PREFIX))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /**
     * Shows it.
     *
     * @param visitors of hosts; a host that is not there has no number
     */
    void print(
            PrintWriter out,
            List<Ranked> hosts,
            Map<String, Long> visitors,
            List<Ranked> pages,
            List<Ranked> referrers,
            List<HostSessions> sessions) {
        out.println();
        line(out, "Lines read", imported.lines());
        line(out, "  not parseable", imported.unparseable());
        line(out, "  sent to Kafka", imported.sent());
        line(out, "Events read", count(Tallies.READ));
        if (count(Tallies.READ) > imported.sent()) {
            line(out, "  of earlier imports", count(Tallies.READ) - imported.sent());
        }
        line(out, "  stored", count(Tallies.STORED));
        line(out, "  skipped, dealt with before", count(Tallies.SKIPPED));
        line(out, "  rejected", rejected());
        counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(Tallies.REJECTED_PREFIX) && entry.getValue() > 0)
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> line(
                        out, "    " + entry.getKey().substring(Tallies.REJECTED_PREFIX.length()), entry.getValue()));
        line(out, "Windows of " + Durations.show(window), totals.windows());
        line(out, "  rows by host", totals.hostRows());
        line(out, "  rows by host and referrer", totals.referrerRows());
        line(out, "  page views counted", totals.counted());
        line(out, "Events in the database", totals.events());
        top(out, visitors.isEmpty() ? "Top hosts" : "Top hosts, and their visitors, a day's each", hosts, visitors);
        top(out, "Top pages", pages, Map.of());
        top(out, "Top referrers", referrers, Map.of());
        sessions(out, sessions);
        out.printf(
                "%n%,d events from file to counted rows in %.1f s%s; %.1f s in all%n",
                count(Tallies.READ), seconds, Rate.show(count(Tallies.READ), seconds, " events/s"), secondsInAll);
        out.flush();
    }

    private static void sessions(PrintWriter out, List<HostSessions> hosts) {
        if (hosts.isEmpty()) {
            return;
        }
        out.printf("%nSessions by host, their page views on average, and how many are of one page view%n");
        for (HostSessions each : hosts) {
            out.printf(
                    Locale.ROOT,
                    "%,12d  %s  %.2f page views  %.0f %% bounces%n",
                    each.sessions(),
                    TextLine.cut(each.host(), NAME_WIDTH),
                    each.eventsPerSession(),
                    100 * each.bounceRate());
        }
    }

    private static void line(PrintWriter out, String name, long value) {
        out.printf("%-28s %,12d%n", name, value);
    }

    private static void top(PrintWriter out, String title, List<Ranked> ranked, Map<String, Long> visitors) {
        if (ranked.isEmpty()) {
            return;
        }
        out.printf("%n%s%n", title);
        for (Ranked each : ranked) {
            Long people = visitors.get(each.name());
            String shown = people == null ? "" : "  %,d visitors".formatted(people);
            out.printf("%,12d  %s%s%n", each.hits(), TextLine.cut(each.name(), NAME_WIDTH), shown);
        }
    }
}
