package io.tidemark.cli;

import java.io.PrintWriter;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how many records a bounded job has read: a bar on a terminal, else a line every few seconds. */
final class JobProgress implements LongConsumer, AutoCloseable {
    private static final long LINE_NANOS = 5_000_000_000L;

    private final PrintWriter err;
    private final String task;
    private final long total;
    private final @Nullable ProgressBar bar;
    private long shown;
    private long lineAtNanos = System.nanoTime() + LINE_NANOS;

    JobProgress(PrintWriter err, String task, long total) {
        this.err = err;
        this.task = task;
        this.total = total;
        this.bar = Boolean.getBoolean("tidemark.terminal")
                ? new ProgressBarBuilder()
                        .setTaskName(task)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setInitialMax(total)
                        .setUnit(" events", 1)
                        .setUpdateIntervalMillis(250)
                        .build()
                : null;
    }

    @Override
    public void accept(long read) {
        shown = Math.max(shown, read);
        if (bar != null) {
            bar.maxHint(Math.max(total, shown));
            bar.stepTo(shown);
        } else if (Math.max(total, shown) > 0 && System.nanoTime() > lineAtNanos) {
            lineAtNanos = System.nanoTime() + LINE_NANOS;
            err.printf("%s: %,d of %,d events%n", task, shown, Math.max(total, shown));
            err.flush();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.stepTo(Math.max(total, shown));
            bar.close();
        }
    }
}
