package io.tidemark.stream;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.CheckpointingMode;

/** How the jobs checkpoint and begin again, wherever they run. */
public final class JobDefaults {
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);
    private static final Duration FIRST_RESTART = Duration.ofMillis(500);
    private static final Duration LONGEST_RESTART = Duration.ofSeconds(10);

    private JobDefaults() {}

    /** Settings of a job; may be added to. */
    public static Configuration settings(boolean bounded) {
        Configuration settings = new Configuration();
        settings.set(PipelineOptions.GENERIC_TYPES, false);
        // Counting rests on these, whatever the cluster's own settings say: state must hold nothing from behind a
        // barrier,
        // and what an operator hands on before a barrier must have been dealt with when the checkpoint completes.
        settings.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        settings.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
        if (!bounded) {
            settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
            // A checkpoint that cannot be written, or waits for Postgres or Kafka too long, costs a longer replay, no
            // more.
            settings.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
            settings.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
            settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF, FIRST_RESTART);
            settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF, LONGEST_RESTART);
            settings.set(
                    CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                    ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        }
        return settings;
    }
}
