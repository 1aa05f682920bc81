package io.tidemark.store;

import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Whether a writer waits for Postgres, since when and why. Changed by its own thread, read by any. */
public final class Waiting {
    private final Clock clock;
    private volatile @Nullable Since since;

    Waiting(Clock clock) {
        this.clock = clock;
    }

    private record Since(long millis, String cause) {}

    /** Begins, or goes on with another cause. */
    void begin(String cause) {
        Since before = since;
        since = new Since(before == null ? clock.millis() : before.millis(), cause);
    }

    void end() {
        since = null;
    }

    /** For how long it has been waiting, in seconds, at least 1; 0 if it does not wait. */
    public long seconds() {
        Since now = since;
        return now == null ? 0 : Math.max(1, (clock.millis() - now.millis()) / 1000);
    }

    /** What keeps it waiting; empty if it does not wait. */
    public String cause() {
        Since now = since;
        return now == null ? "" : now.cause();
    }
}
