package io.tidemark.cli;

import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What the windows are. */
final class WindowOptions {
    @Option(
            names = "--window",
            paramLabel = "DURATION",
            converter = PositiveDuration.class,
            defaultValue = "5m",
            description = "Size of the windows.")
    Duration size = Duration.ofMinutes(5);

    @Option(
            names = "--time",
            paramLabel = "event|processing",
            defaultValue = "event",
            description = "What puts an event in its window: event or processing time.")
    TimeCharacteristic time = TimeCharacteristic.EVENT;
}
