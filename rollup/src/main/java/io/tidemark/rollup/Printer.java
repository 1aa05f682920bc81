package io.tidemark.rollup;

import io.tidemark.rollup.Rollup.Done;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;

/** Tells what a run does, a line for each table in which something changed. */
final class Printer implements Rollup.Listener {
    /** Begins the lines for a program to read: {@code @step 3 24 table}. */
    static final String STEP = "@step";

    private final PrintWriter out;
    private final boolean steps;
    private int periods;
    private long rows;

    Printer(PrintWriter out, boolean steps) {
        this.out = out;
        this.steps = steps;
    }

    @Override
    public void begins(int step, int of, String table) {
        if (steps) {
            line("%s %d %d %s", STEP, step, of, table);
        }
    }

    @Override
    public void done(Done done) {
        periods += done.periods();
        rows += done.rows();
        if (done.periods() > 0) {
            line(
                    "%s: %,d %s%s, %,d row%s changed (%.1f s)",
                    done.table(),
                    done.periods(),
                    done.grain().code(),
                    done.periods() == 1 ? "" : "s",
                    done.rows(),
                    done.rows() == 1 ? "" : "s",
                    seconds(done.took()));
        }
    }

    @Override
    public void leftOut(String table, String reason) {
        line("%s is left out: %s", table, reason);
    }

    void end(ZoneId zone, long read, Duration took) {
        if (periods == 0) {
            line("Nothing new to roll up (%.1f s)", seconds(took));
        } else {
            line(
                    "Rolled up %,d period%s: %,d rows read, %,d changed, in %.1f s; days and months are those of %s",
                    periods,
                    periods == 1 ? "" : "s",
                    read,
                    rows,
                    seconds(took),
                    zone.equals(ZoneOffset.UTC) ? "UTC" : zone);
        }
    }

    private static double seconds(Duration took) {
        return took.toMillis() / 1e3;
    }

    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
