package io.tidemark.cli;

import io.tidemark.model.TextLine;
import io.tidemark.store.TrafficQueries.Ranked;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows the status: in place on a terminal, else a block every few seconds. */
final class StatusView {
    private static final int COLUMN = 35;
    private static final int EVERY = 5;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

    private final PrintWriter out;
    private final Duration window;
    private final boolean terminal = Boolean.getBoolean("tidemark.screen");
    private final long startedNanos = System.nanoTime();
    private int linesShown;
    private int looks;
    private boolean stopping;
    private long sentBefore;
    private long sentBeforeNanos = startedNanos;

    StatusView(PrintWriter out, Duration window) {
        this.out = out;
        this.window = window;
    }

    /** The time of day, UTC, as in the tables. */
    static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }

    synchronized void show(LiveStatus.Status status) {
        if (stopping) {
            return;
        }
        looks++;
        if (!terminal && looks % EVERY != 0) {
            return;
        }
        long now = System.nanoTime();
        double perSecond = (status.sent() - sentBefore) * 1e9 / Math.max(1, now - sentBeforeNanos);
        sentBefore = status.sent();
        sentBeforeNanos = now;
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("%5d s  in %,.0f/s  sent %,d  stored %,d  rejected %,d  late %,d"
                .formatted(
                        Duration.ofNanos(now - startedNanos).toSeconds(),
                        perSecond,
                        status.sent(),
                        status.stored(),
                        status.rejectedInAll(),
                        status.late()));
        lines.addAll(tables(status));
        block(lines);
    }

    /** Shows that the results cannot be looked at now, and why; the jobs wait as well, and then go on. */
    synchronized void waiting(long sent, @Nullable String why) {
        if (!stopping) {
            block(List.of(
                    "",
                    "%5d s  sent %,d  waiting for PostgreSQL: %s"
                            .formatted(
                                    Duration.ofNanos(System.nanoTime() - startedNanos)
                                            .toSeconds(),
                                    sent,
                                    why)));
        }
    }

    private void block(List<String> lines) {
        if (terminal && linesShown > 0) {
            // Up to the first line of the block, and clear from there.
            out.printf("\u001b[%dA\u001b[J", linesShown);
        }
        // The terminal cuts what is wider than itself: a line that went on in a second one would be counted wrongly.
        out.print(terminal ? "\u001b[?7l" : "");
        lines.forEach(out::println);
        out.print(terminal ? "\u001b[?7h" : "");
        linesShown = lines.size();
        out.flush();
    }

    /** Says that the end has begun; from then on, only it is shown. */
    synchronized void stopping() {
        stopping = true;
        out.println("Stopping ...");
        out.flush();
    }

    private List<String> tables(LiveStatus.Status status) {
        List<String> lines = new ArrayList<>();
        for (LiveStatus.Window shown : status.shown()) {
            lines.add("  " + shown.title());
            for (int i = 0; i < Math.max(shown.hosts().size(), shown.referrers().size()); i++) {
                lines.add(("    " + cell(shown.hosts(), i) + "  " + cell(shown.referrers(), i)).stripTrailing());
            }
        }
        if (status.shown().size() < 2) {
            lines.add("  no window of %s has closed yet".formatted(Durations.show(window)));
        }
        return lines;
    }

    private static String cell(List<Ranked> ranked, int row) {
        String text = row < ranked.size()
                ? "%,8d  %s"
                        .formatted(
                                ranked.get(row).hits(),
                                TextLine.cut(ranked.get(row).name(), COLUMN - 10))
                : "";
        return text + " ".repeat(Math.max(0, COLUMN - text.length()));
    }

    /** The account, once nothing more comes. */
    void end(LiveStatus.Status status) {
        String reasons = status.rejected().isEmpty()
                ? ""
                : status.rejected().entrySet().stream()
                        .map(entry -> entry.getKey() + " " + "%,d".formatted(entry.getValue()))
                        .collect(Collectors.joining(", ", " (", ")"));
        out.printf(
                "%nSent %,d = stored %,d + rejected %,d%s%s%n",
                status.sent(),
                status.stored(),
                status.rejectedInAll(),
                reasons,
                status.isAccountedFor() ? ": every event is accounted for." : "; the rest was still on its way.");
        out.flush();
    }
}
