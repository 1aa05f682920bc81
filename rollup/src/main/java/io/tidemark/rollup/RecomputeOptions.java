package io.tidemark.rollup;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.RecomputePlan.Request;

/**
 * What a recomputation is to do.
 *
 * @param request which windows of which tables
 * @param dryRun whether to leave the tables as they are
 * @param most differing rows of each kind to name
 */
record RecomputeOptions(Request request, boolean dryRun, int most) {
    RecomputeOptions {
        requireNonNull(request, "request is null");
    }
}
