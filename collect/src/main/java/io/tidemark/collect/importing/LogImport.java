package io.tidemark.collect.importing;

import static java.util.Objects.requireNonNull;

import io.tidemark.collect.Acknowledged;
import io.tidemark.collect.Ticker;
import io.tidemark.collect.accesslog.UnparseableLineException;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;

/**
 * Sends the lines of logs to Kafka, each as one record without a key, so that they spread over the partitions. Every
 * line is counted as sent or as unparseable. Without {@code follow} the sources are read one after the other; with it
 * all of them in turn. {@link #progress} and {@link #stop} may be called by any thread; {@link #run} once.
 */
public final class LogImport {
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final int MAX_LINES_A_TURN = 10_000;

    private final ImportConfig config;
    private final List<LogSource> sources;
    private final Acknowledged sender;
    private final UnparseableListener listener;
    private final Ticker ticker;
    private final RecordReader reader;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong lines = new AtomicLong();
    private final AtomicLong unparseable = new AtomicLong();
    private final OptionalLong totalBytes;
    private volatile boolean stopped;

    /**
     * Prepares an import.
     *
     * @param producer stays open afterwards, see {@link io.tidemark.collect.RawProducer}
     * @param ticker waited on while followed files do not grow
     * @throws IOException if a file is missing, unreadable or a folder; then nothing was sent
     */
    public LogImport(
            ImportConfig config,
            List<LogSource> sources,
            Producer<byte[], byte[]> producer,
            UnparseableListener listener,
            Ticker ticker)
            throws IOException {
        this.config = requireNonNull(config, "config is null");
        this.sources = List.copyOf(sources);
        this.sender = new Acknowledged(producer, config.topic());
        this.listener = requireNonNull(listener, "listener is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.reader = new RecordReader(config);
        this.totalBytes = totalBytes(this.sources, config.follow());
    }

    private static OptionalLong totalBytes(List<LogSource> sources, boolean follow) throws IOException {
        boolean known = !follow;
        long total = 0;
        for (LogSource source : sources) {
            source.requireReadable();
            if (source instanceof LogSource.File file) {
                total += Files.size(file.path());
            } else {
                known = false;
            }
        }
        return known ? OptionalLong.of(total) : OptionalLong.empty();
    }

    /**
     * Imports to the end of the sources, or until stopped, and waits for the acknowledgement of all that was sent.
     *
     * @return the final counts
     * @throws io.tidemark.collect.SendFailedException if Kafka did not take a line's record, naming file and line
     * @throws IOException if a source cannot be read
     */
    public ImportProgress run() throws IOException, InterruptedException {
        if (config.follow()) {
            read(sources);
        } else {
            for (LogSource source : sources) {
                read(List.of(source));
            }
        }
        sender.flush();
        return progress();
    }

    /** Ends the import soon: what was read is sent, the rest, such as a line without its end, is left. */
    public void stop() {
        stopped = true;
    }

    /** How far it is by now. */
    public ImportProgress progress() {
        return new ImportProgress(bytes.get(), totalBytes, lines.get(), sender.count(), unparseable.get());
    }

    private void read(List<LogSource> together) throws IOException, InterruptedException {
        List<OpenLog> open = new ArrayList<>();
        try {
            for (LogSource source : together) {
                open.add(OpenLog.open(source, config.follow(), bytes));
            }
            while (!open.isEmpty() && !stopped) {
                if (!takeTurns(open)) {
                    ticker.await(IDLE);
                }
            }
        } finally {
            for (OpenLog log : open) {
                log.close();
            }
        }
    }

    /** Reads some lines of each; closes and removes those that have ended. Whether anything was there. */
    private boolean takeTurns(List<OpenLog> open) throws IOException, InterruptedException {
        boolean any = false;
        for (Iterator<OpenLog> each = open.iterator(); each.hasNext() && !stopped; ) {
            OpenLog log = each.next();
            LineReader.Next next = readSome(log);
            any |= next != LineReader.Next.NOTHING_YET;
            if (next == LineReader.Next.END) {
                log.close();
                each.remove();
            }
        }
        return any;
    }

    private LineReader.Next readSome(OpenLog log) throws IOException, InterruptedException {
        LineReader.Next next = LineReader.Next.LINE;
        for (int i = 0; i < MAX_LINES_A_TURN && next == LineReader.Next.LINE && !stopped; i++) {
            try {
                next = log.lines().next();
            } catch (IOException e) {
                throw new IOException(
                        "Cannot read %s after line %d: %s"
                                .formatted(log.name(), log.lines().number(), e.getMessage()),
                        e);
            }
            if (next == LineReader.Next.LINE) {
                take(log.name(), log.lines());
            }
        }
        return next;
    }

    private void take(String name, LineReader line) throws IOException, InterruptedException {
        lines.incrementAndGet();
        byte[] value;
        try {
            value = reader.record(line);
        } catch (UnparseableLineException e) {
            byte[] raw = Arrays.copyOfRange(line.buffer(), line.start(), line.start() + line.length());
            listener.unparseable(new UnparseableLine(name, line.number(), e.getMessage()), raw);
            unparseable.incrementAndGet();
            return;
        }
        long number = line.number();
        sender.send(value, () -> "line %d of %s".formatted(number, name));
    }
}
