package io.tidemark.rollup;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Grain;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What a run is to do.
 *
 * @param grain up to which it rolls up
 * @param from null with {@code to} for what is due
 * @param to end, exclusive; null for all that follows {@code from}
 * @param zone of days and months; null for the one that is set, or UTC
 * @param rebuild whether to empty the rollups first
 */
record RollupOptions(
        Grain grain,
        @Nullable TimeText from,
        @Nullable TimeText to,
        @Nullable ZoneId zone,
        boolean rebuild) {
    RollupOptions {
        requireNonNull(grain, "grain is null");
    }
}
