package io.tidemark.cli;

import io.tidemark.stream.StartFrom;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code --from}. */
final class StartFromConverter implements ITypeConverter<StartFrom> {
    @Override
    public StartFrom convert(String value) {
        try {
            return StartFrom.parse(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
