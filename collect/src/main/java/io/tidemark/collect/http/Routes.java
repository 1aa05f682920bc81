package io.tidemark.collect.http;

/** Paths of the collector. */
final class Routes {
    static final String EVENT = "/api/event";
    static final String PIXEL = "/pixel.gif";
    static final String TRACKER = "/t.js";
    static final String HEALTH = "/healthz";
    static final String READINESS = "/readyz";
    static final String METRICS = "/metrics";

    private Routes() {}

    /** Of a metric: the path if it is one of these, else {@code other}, so that nobody can make labels without end. */
    static String label(String path) {
        return switch (path) {
            case EVENT, PIXEL, TRACKER, HEALTH, READINESS, METRICS -> path;
            default -> "other";
        };
    }
}
