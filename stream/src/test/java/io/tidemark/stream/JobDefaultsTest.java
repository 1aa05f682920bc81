package io.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.CheckpointingMode;
import org.junit.jupiter.api.Test;

class JobDefaultsTest {
    @Test
    void aClustersOwnSettingsDoNotChangeWhatCountingRestsOn() {
        Configuration merged = new Configuration();
        merged.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.AT_LEAST_ONCE);
        merged.set(CheckpointingOptions.ENABLE_UNALIGNED, true);
        // The job's settings come after the cluster's, as flink run merges them.
        merged.addAll(JobDefaults.settings(false));
        assertThat(merged.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE))
                .isEqualTo(CheckpointingMode.EXACTLY_ONCE);
        assertThat(merged.get(CheckpointingOptions.ENABLE_UNALIGNED)).isFalse();
    }
}
