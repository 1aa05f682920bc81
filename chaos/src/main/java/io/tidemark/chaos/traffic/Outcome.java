package io.tidemark.chaos.traffic;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** What must become of a record, as its maker knows without reading it. */
public sealed interface Outcome {
    /**
     * A page view.
     *
     * @param referrer empty if there is none
     * @param eventMillis when it happened, milliseconds since the epoch
     * @param url null if there is none, as are the following
     */
    record Stored(
            String host,
            String referrer,
            long eventMillis,
            @Nullable String url,
            @Nullable String ip,
            @Nullable String userAgent)
            implements Outcome {
        public Stored {
            requireNonNull(host, "host is null");
            requireNonNull(referrer, "referrer is null");
        }

        /** As the second topic has it, which does not carry the user agent. */
        public Stored withoutUserAgent() {
            return new Stored(host, referrer, eventMillis, url, ip, null);
        }
    }

    /** Not to be used, for the reason with that code. */
    record Rejected(String reason) implements Outcome {
        public Rejected {
            requireNonNull(reason, "reason is null");
        }
    }
}
