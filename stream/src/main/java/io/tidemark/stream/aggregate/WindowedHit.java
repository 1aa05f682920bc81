package io.tidemark.stream.aggregate;

/** One hit, in its window. */
public record WindowedHit(long windowStartMillis, String host, String referrer) {}
