package io.tidemark.cli;

import io.tidemark.cli.embedded.StackException;
import io.tidemark.collect.RawProducer;
import io.tidemark.collect.Ticker;
import io.tidemark.collect.importing.ImportConfig;
import io.tidemark.collect.importing.ImportProgress;
import io.tidemark.collect.importing.LogImport;
import io.tidemark.collect.importing.LogSource;
import io.tidemark.collect.importing.UnparseableLine;
import io.tidemark.model.TextLine;
import io.tidemark.stream.KafkaSettings;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;

/** One import, with its progress shown; Ctrl-C ends it after what was read has been sent. */
final class ImportRun {
    /** Of the bar, where there is one. */
    private static final String CLEAR_LINE = Boolean.getBoolean("tidemark.terminal") ? "\r\u001b[K" : "";

    private static final int SHOWN = 5;
    private static final int REASON_WIDTH = 240;
    private static final int END_SECONDS = 8;

    private final KafkaSettings kafka;
    private final ImportConfig config;
    private final List<LogSource> sources;
    private final Optional<Path> rejects;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean ended;

    /**
     * @param kafka which must answer and have the topic
     * @param rejects file that every unparseable line is written to
     */
    ImportRun(KafkaSettings kafka, ImportConfig config, List<LogSource> sources, Optional<Path> rejects) {
        this.kafka = kafka;
        this.config = config;
        this.sources = List.copyOf(sources);
        this.rejects = rejects;
    }

    /**
     * Imports all, and shows progress and the first unparseable lines on {@code err}.
     *
     * @throws IncompleteImportException if it fails midway
     */
    ImportProgress run(PrintWriter err) throws IOException, InterruptedException {
        LogImport begun = null;
        try (OutputStream rejected = openRejects();
                Producer<byte[], byte[]> producer = RawProducer.open(kafka.toMap())) {
            Rejects listener = new Rejects(err, rejected);
            LogImport logs = new LogImport(config, sources, producer, listener::take, Ticker.system());
            begun = logs;
            Thread onInterrupt = new Thread(() -> stop(logs), "stop-import");
            Runtime.getRuntime().addShutdownHook(onInterrupt);
            ImportProgress done;
            try (ImportDisplay display = new ImportDisplay(err, logs::progress)) {
                display.start();
                done = logs.run();
            }
            listener.end(rejects);
            ended = true;
            return done;
        } catch (IOException e) {
            // Only now, since closing the producer has waited for what was on its way.
            throw new IncompleteImportException(
                    e, begun == null ? 0 : begun.progress().sent());
        } finally {
            if (!ended) {
                // Nothing more will be said about it: the end of the process need not wait.
                finished();
            }
        }
    }

    /** Makes sure that there was a line to use, if there was any. */
    static void requireUsable(ImportProgress done) {
        if (done.lines() > 0 && done.sent() == 0) {
            throw new StackException(
                    "None of %,d lines could be used; are they access logs or JSON lines, and is --format right?"
                            .formatted(done.lines()));
        }
    }

    /** To be called once all has been said about the import, which Ctrl-C waits for. */
    void finished() {
        finished.countDown();
    }

    private void stop(LogImport logs) {
        logs.stop();
        try {
            if (finished.await(END_SECONDS, TimeUnit.SECONDS) && ended && config.follow()) {
                // Ctrl-C is how following is meant to end, so it is no failure.
                Runtime.getRuntime().halt(Main.DONE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private OutputStream openRejects() throws IOException {
        if (rejects.isEmpty()) {
            return OutputStream.nullOutputStream();
        }
        try {
            return new BufferedOutputStream(Files.newOutputStream(rejects.get()));
        } catch (IOException e) {
            throw new IOException("Cannot write --rejects %s (%s)".formatted(rejects.get(), FileFailure.reason(e)), e);
        }
    }

    /** Keeps every unparseable line, shows the first. */
    private static final class Rejects {
        private final PrintWriter err;
        private final OutputStream file;
        private long count;

        Rejects(PrintWriter err, OutputStream file) {
            this.err = err;
            this.file = file;
        }

        void take(UnparseableLine line, byte[] raw) throws IOException {
            file.write(raw);
            file.write('\n');
            count++;
            if (count <= SHOWN) {
                err.printf(
                        "%s%s:%d: %s%n",
                        CLEAR_LINE, line.source(), line.lineNumber(), TextLine.cut(line.reason(), REASON_WIDTH));
                err.flush();
            }
        }

        void end(Optional<Path> rejects) {
            if (count > SHOWN) {
                err.printf(
                        "... and %,d more lines that could not be parsed%s%n",
                        count - SHOWN,
                        rejects.map(path -> ", all in " + path).orElse("; --rejects FILE keeps them all"));
                err.flush();
            }
        }
    }
}
