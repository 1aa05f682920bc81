package io.tidemark.collect.intake;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The spool as an intake uses it: it may be off, be full, or break. For the intake's thread, but for its sizes. */
final class Overflow implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Overflow.class);

    private final @Nullable Spool spool;
    private final long maxBytes;
    private final List<NewEvent> toRemove = new ArrayList<>();
    private volatile boolean broken;

    private Overflow(@Nullable Spool spool, long maxBytes) {
        this.spool = spool;
        this.maxBytes = maxBytes;
    }

    static Overflow of(IntakeConfig config) throws IOException {
        Path folder = config.spoolFolder();
        boolean isOff = folder == null || config.spoolBytes() == 0;
        return new Overflow(isOff ? null : Spool.open(requireNonNull(folder)), config.spoolBytes());
    }

    /** What an earlier run has left, the oldest first. */
    List<NewEvent> left() throws IOException {
        return spool == null ? List.of() : spool.all();
    }

    long events() {
        return spool == null ? 0 : spool.events();
    }

    long bytes() {
        return spool == null ? 0 : spool.bytes();
    }

    /** Whether that many bytes more can be kept. */
    boolean hasRoom(long size) {
        return spool != null && !broken && spool.bytes() + size <= maxBytes;
    }

    /** Keeps of these what is not kept already, as far as there is room. */
    void keep(Collection<PendingEvent> events) {
        if (spool == null || broken) {
            return;
        }
        List<PendingEvent> rest = new ArrayList<>();
        long size = 0;
        for (PendingEvent each : events) {
            if (!each.isSpooled() && hasRoom(size + each.event.size())) {
                size += each.event.size();
                rest.add(each);
            }
        }
        if (rest.isEmpty()) {
            return;
        }
        try {
            spool.add(rest.stream().map(each -> each.event).toList());
            rest.forEach(PendingEvent::spooled);
        } catch (IOException e) {
            LOG.error("Events cannot be kept on disk while Kafka is away; they are refused from now on", e);
            broken = true;
        }
    }

    /** It need not be kept any more, from the next {@link #flush} on. */
    void forget(PendingEvent event) {
        if (event.isSpooled()) {
            toRemove.add(event.event);
        }
    }

    void flush() {
        if (spool == null || toRemove.isEmpty()) {
            return;
        }
        try {
            spool.remove(toRemove);
            toRemove.clear();
        } catch (IOException e) {
            // The topic tells at the next start that it has them.
            LOG.warn("Events that Kafka has stay in the spool for now", e);
        }
    }

    @Override
    public void close() throws IOException {
        if (spool != null) {
            flush();
            spool.close();
        }
    }
}
