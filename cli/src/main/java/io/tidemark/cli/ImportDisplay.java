package io.tidemark.cli;

import io.tidemark.collect.importing.ImportProgress;
import java.io.PrintWriter;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far an import is: a bar on a terminal if it is known how much there is, else a line every few seconds. The launcher knows whether there is a
 * terminal: {@code System.console()} means another thing in newer versions of Java.
 */
final class ImportDisplay implements AutoCloseable {
    private static final long BAR_MILLIS = 250;
    private static final long LINE_MILLIS = 5_000;
    private static final int KILOBYTE = 1_000;
    private static final int FEW_MEGABYTES = 100_000_000;
    private static final int MEGABYTE = 1_000_000;

    private final Supplier<ImportProgress> progress;
    private final PrintWriter err;
    private final @Nullable ProgressBar bar;
    private long linesBefore;
    private final long startedNanos = System.nanoTime();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "import-display");
        thread.setDaemon(true);
        return thread;
    });

    ImportDisplay(PrintWriter err, Supplier<ImportProgress> progress) {
        this.err = err;
        this.progress = progress;
        this.bar = Boolean.getBoolean("tidemark.terminal")
                        && progress.get().totalBytes().isPresent()
                ? bar(progress.get().totalBytes().getAsLong())
                : null;
    }

    void start() {
        long period = bar == null ? LINE_MILLIS : BAR_MILLIS;
        ScheduledFuture<?> ignored = clock.scheduleAtFixedRate(this::show, period, period, TimeUnit.MILLISECONDS);
    }

    private static ProgressBar bar(long bytes) {
        return new ProgressBarBuilder()
                .setTaskName("import")
                // Rewrites its own line, so that lines about what could not be parsed may come between.
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .setStyle(ProgressBarStyle.ASCII)
                .setInitialMax(bytes)
                .setUnit(bytes < FEW_MEGABYTES ? " KB" : " MB", bytes < FEW_MEGABYTES ? KILOBYTE : MEGABYTE)
                .setUpdateIntervalMillis((int) BAR_MILLIS)
                .build();
    }

    private void show() {
        ImportProgress now = progress.get();
        if (bar != null) {
            double seconds = (System.nanoTime() - startedNanos) / 1e9;
            bar.stepTo(now.bytesRead());
            bar.setExtraMessage("%,d lines, %,.0f/s".formatted(now.lines(), now.lines() / seconds));
        } else {
            OptionalLong total = now.totalBytes();
            String share = total.isPresent() && total.getAsLong() > 0
                    ? " (%d %%)".formatted(100 * now.bytesRead() / total.getAsLong())
                    : "";
            // A followed file may rest for long; nothing is said again and again.
            if (now.lines() > linesBefore) {
                err.printf(
                        "%,d lines%s, %,.0f lines/s%n",
                        now.lines(), share, (now.lines() - linesBefore) * 1e3 / LINE_MILLIS);
                err.flush();
                linesBefore = now.lines();
            }
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        if (bar != null) {
            show();
            bar.close();
        }
    }
}
