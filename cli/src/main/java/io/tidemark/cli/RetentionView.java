package io.tidemark.cli;

import io.tidemark.model.EventTime;
import io.tidemark.store.Retention;
import io.tidemark.store.RetentionStep;
import java.io.PrintWriter;
import java.time.Duration;

/** Tells what retention does, a line a step. */
final class RetentionView {
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    private final PrintWriter out;
    private long gone;
    private long kept;

    RetentionView(PrintWriter out) {
        this.out = out;
    }

    /** What would be done. */
    void plan(Retention.Plan plan) {
        for (RetentionStep each : plan.steps()) {
            line(each, "would go");
        }
        if (plan.eventsFromMillis() != Long.MIN_VALUE) {
            out.printf(
                    "Events from before %s that still come would be rejected as expired.%n",
                    EventTime.format(plan.eventsFromMillis()));
        }
        if (gone + kept == 0) {
            out.println("Nothing is old enough to go.");
        }
        out.println("Nothing was changed.");
        out.flush();
    }

    void done(RetentionStep step) {
        line(step, "is gone");
        out.flush();
    }

    void end() {
        if (gone + kept == 0) {
            out.println("Nothing is old enough to go.");
        } else {
            out.printf("%,d gone, %,d kept%n", gone, kept);
        }
        out.flush();
    }

    private void line(RetentionStep step, String what) {
        String reason = step.kept();
        out.printf(
                "%s %s, %s%s: %s%n",
                step.name(),
                range(step),
                rows(step),
                step.bytes() < 0 ? "" : ", " + size(step.bytes()),
                reason == null ? what : "kept: " + reason);
        if (reason == null) {
            gone++;
        } else {
            kept++;
        }
    }

    private static String rows(RetentionStep step) {
        return "%,d row%s".formatted(step.rows(), step.rows() == 1 ? "" : "s");
    }

    /** Days, both inclusive, where it is whole days. */
    private static String range(RetentionStep step) {
        String to = day(step.toMillis() - 1, step.toMillis());
        if (step.fromMillis() == Long.MIN_VALUE) {
            return "up to " + to;
        }
        String from = day(step.fromMillis(), step.fromMillis());
        return from.equals(to) ? "of " + from : "of %s to %s".formatted(from, to);
    }

    private static String day(long inIt, long bound) {
        String text = EventTime.format(inIt);
        return Math.floorMod(bound, DAY_MILLIS) == 0 ? text.substring(0, text.indexOf('T')) : text;
    }

    static String size(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : "%.1f %s".formatted(size, UNITS[unit]);
    }
}
