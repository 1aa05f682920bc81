package io.tidemark.collect;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Time as a running sender sees it: a monotonic reading, and waiting. */
public interface Ticker {
    /** Nanoseconds since an arbitrary moment; never runs backwards. */
    long nanos();

    /** Waits that long, or shorter. */
    void await(Duration duration) throws InterruptedException;

    /** The machine's own time. */
    static Ticker system() {
        return new Ticker() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public void await(Duration duration) throws InterruptedException {
                TimeUnit.NANOSECONDS.sleep(duration.toNanos());
            }
        };
    }
}
