package io.tidemark.chaos.run;

import static java.util.Objects.requireNonNull;

import io.tidemark.chaos.plant.Plant;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How runs are done.
 *
 * @param folder of all that is kept while they run, and of what failed
 * @param jobJar the jobs with all they need; lies beside Flink's own, so that a start takes no time for their classes
 * @param runsPerCluster after how many runs a cluster is made anew
 * @param keepAll whether the folders of clusters without a failed run are kept too
 * @param plant the bug to be put into the jobs, null for none
 */
public record ChaosConfig(
        Path folder,
        Path jobJar,
        int runsPerCluster,
        boolean keepAll,
        @Nullable Plant plant) {
    public static final int RUNS_PER_CLUSTER = 10;

    public ChaosConfig {
        folder = folder.toAbsolutePath().normalize();
        requireNonNull(jobJar, "jobJar is null");
        if (runsPerCluster < 1) {
            throw new IllegalArgumentException("runs per cluster must be at least 1; was " + runsPerCluster);
        }
    }

    String plantName() {
        return plant == null ? "" : plant.toString();
    }
}
