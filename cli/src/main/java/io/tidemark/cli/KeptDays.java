package io.tidemark.cli;

import io.tidemark.model.DurationText;
import java.time.Duration;
import java.util.OptionalInt;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** For how many days something is kept: {@code 90d}; or {@code off}, for ever. */
final class KeptDays implements ITypeConverter<OptionalInt> {
    private static final int MOST = 100_000;

    @Override
    public OptionalInt convert(String value) {
        if (value.strip().equalsIgnoreCase("off")) {
            return OptionalInt.empty();
        }
        Duration kept;
        try {
            kept = DurationText.parse(value);
        } catch (IllegalArgumentException e) {
            throw wrong(value);
        }
        if (kept.isZero() || kept.toDays() > MOST || !kept.equals(Duration.ofDays(kept.toDays()))) {
            throw wrong(value);
        }
        return OptionalInt.of((int) kept.toDays());
    }

    private static TypeConversionException wrong(String value) {
        return new TypeConversionException(
                "must be whole days such as 90d, at least 1d, or off; was \"" + value + "\"");
    }
}
