package io.tidemark.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as {@link DurationConverter} reads them, but not of nothing. */
final class PositiveDuration implements ITypeConverter<Duration> {
    private final DurationConverter durations = new DurationConverter();

    @Override
    public Duration convert(String value) {
        Duration duration = durations.convert(value);
        if (duration.isZero()) {
            throw new TypeConversionException("must be positive, e.g. 5m; was \"" + value + "\"");
        }
        return duration;
    }
}
