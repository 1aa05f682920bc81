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
 * @param sites who may send; empty is anybody
 * @param origins of pages that may send, e.g. {@code https://example.org}, besides those of the sites' hosts; empty without sites
 *     is any
 * @param trustedProxies whose {@code X-Forwarded-For} is believed
 * @param maxBodyBytes of a request
 * @param maxEvents in a request
 * @param perAddress events a second from one address, 0 is no limit
 * @param perKey events a second with one site's key, 0 is no limit
 * @param patience how long Kafka may take before the sender is told to try again
 * @param signals whether events of browsers that ask not to be tracked (Do Not Track, Global Privacy Control) are left out
 * @param skipped events that are left out
 */
public record CollectorConfig(
        String bind,
        int port,
        @Nullable Tls tls,
        List<Site> sites,
        Set<String> origins,
        List<Network> trustedProxies,
        int maxBodyBytes,
        int maxEvents,
        long perAddress,
        long perKey,
        Duration patience,
        boolean signals,
        SkippedPaths skipped) {
    public CollectorConfig {
        requireNonNull(bind, "bind is null");
        sites = List.copyOf(sites);
        origins = Set.copyOf(origins);
        trustedProxies = List.copyOf(trustedProxies);
        requireNonNull(patience, "patience is null");
        requireNonNull(skipped, "skipped is null");
        if (sites.stream().map(Site::key).distinct().count() < sites.size()) {
            throw new IllegalArgumentException("Two sites have the same key");
        }
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

    /** On loopback, for anybody there, without limits of rate. */
    public static CollectorConfig onLoopback(int port) {
        return new CollectorConfig(
                "127.0.0.1",
                port,
                null,
                List.of(),
                Set.of(),
                List.of(),
                64 << 10,
                500,
                0,
                0,
                Duration.ofSeconds(5),
                false,
                SkippedPaths.NONE);
    }
}
