package io.tidemark.cli;

import io.tidemark.cli.rollup.RollupProgram;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how far a program of Spark is: a bar on a terminal, which names the table at hand; and what it says, once the bar is gone. */
final class RollupProgress implements RollupProgram.Listener, AutoCloseable {
    private final PrintWriter out;
    private final @Nullable ProgressBar bar;

    /**
     * Begins.
     *
     * @param task what it does, before the bar
     * @param said where there is no bar
     */
    RollupProgress(String task, String said, PrintWriter out, PrintWriter err) {
        this.out = out;
        if (Boolean.getBoolean("tidemark.terminal")) {
            this.bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUnit(" tables", 1)
                    .setUpdateIntervalMillis(250)
                    .build();
        } else {
            this.bar = null;
            err.println(said);
            err.flush();
        }
    }

    @Override
    public void step(int step, int steps, String table) {
        if (bar != null) {
            bar.maxHint(steps);
            bar.stepTo(step - 1);
            bar.setExtraMessage(table);
        }
    }

    @Override
    public void line(String line) {
        if (bar != null) {
            // Above the bar, which is drawn anew below it.
            out.print("\r\033[2K");
        }
        out.println(line);
        out.flush();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.setExtraMessage("");
            bar.stepTo(bar.getMax());
            bar.close();
        }
    }
}
