package io.tidemark.collect.http;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the collector serves.
 *
 * @param bind address that it listens on
 * @param port 0 is any that is free
 * @param tls null is plain HTTP
 */
public record CollectorConfig(
        String bind, int port, @Nullable Tls tls, Access access, Limits limits, LeftOut leftOut) {
    public CollectorConfig {
        requireNonNull(bind, "bind is null");
        requireNonNull(access, "access is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(leftOut, "leftOut is null");
    }

    /** On loopback, for anybody there, without limits of rate. */
    public static CollectorConfig onLoopback(int port) {
        return new CollectorConfig("127.0.0.1", port, null, Access.ANYBODY, Limits.USUAL, LeftOut.NOTHING);
    }

    public CollectorConfig withAccess(Access other) {
        return new CollectorConfig(bind, port, tls, other, limits, leftOut);
    }

    public CollectorConfig withLimits(Limits other) {
        return new CollectorConfig(bind, port, tls, access, other, leftOut);
    }

    /**
     * A certificate of one's own.
     *
     * @param keyStore PKCS12 file with key and certificates
     * @param password of the file
     */
    public record Tls(Path keyStore, String password) {
        public Tls {
            requireNonNull(keyStore, "keyStore is null");
            requireNonNull(password, "password is null");
        }

        @Override
        public String toString() {
            return "Tls[keyStore=%s]".formatted(keyStore);
        }
    }

    /**
     * Who may send.
     *
     * @param sites by whose keys; empty is anybody
     * @param origins of pages that may, e.g. {@code https://example.org}, besides those of the sites' hosts; empty without sites
     *     is any
     * @param trustedProxies whose {@code X-Forwarded-For} is believed
     */
    public record Access(List<Site> sites, Set<String> origins, List<Network> trustedProxies) {
        /** Without keys, from any page, by no proxy. */
        public static final Access ANYBODY = new Access(List.of(), Set.of(), List.of());

        public Access {
            sites = List.copyOf(sites);
            origins = Set.copyOf(origins);
            trustedProxies = List.copyOf(trustedProxies);
            if (sites.stream().map(Site::key).distinct().count() < sites.size()) {
                throw new IllegalArgumentException("Two sites have the same key");
            }
        }
    }

    /**
     * How much, and how long.
     *
     * @param bodyBytes of a request
     * @param events in a request
     * @param perAddress events a second from one address, 0 is no limit
     * @param perKey events a second with one site's key, 0 is no limit
     * @param bodyWithin how long a body may take to come
     * @param patience how long Kafka may take before the sender is told to try again
     */
    public record Limits(
            int bodyBytes, int events, long perAddress, long perKey, Duration bodyWithin, Duration patience) {
        /** 64 KiB or 500 events within 15 s, any rate, and 5 s of patience. */
        public static final Limits USUAL =
                new Limits(64 << 10, 500, 0, 0, Duration.ofSeconds(15), Duration.ofSeconds(5));

        public Limits {
            requireNonNull(bodyWithin, "bodyWithin is null");
            requireNonNull(patience, "patience is null");
        }
    }

    /**
     * Events that are left out.
     *
     * @param onSignals whether those of browsers are that ask not to be tracked (Do Not Track, Global Privacy Control)
     * @param paths of page views
     */
    public record LeftOut(boolean onSignals, SkippedPaths paths) {
        public static final LeftOut NOTHING = new LeftOut(false, SkippedPaths.NONE);

        public LeftOut {
            requireNonNull(paths, "paths is null");
        }
    }
}
