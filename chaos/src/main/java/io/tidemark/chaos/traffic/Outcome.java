package io.tidemark.chaos.traffic;

import static java.util.Objects.requireNonNull;

/** What must become of a record, as its maker knows without reading it. */
public sealed interface Outcome {
    /**
     * A page view.
     *
     * @param referrer empty if there is none
     * @param eventMillis when it happened, milliseconds since the epoch
     */
    record Stored(String host, String referrer, long eventMillis) implements Outcome {
        public Stored {
            requireNonNull(host, "host is null");
            requireNonNull(referrer, "referrer is null");
        }
    }

    /** Not to be used, for the reason with that code. */
    record Rejected(String reason) implements Outcome {
        public Rejected {
            requireNonNull(reason, "reason is null");
        }
    }
}
