package io.tidemark.cli;

import io.tidemark.model.Aggregate;
import io.tidemark.stream.aggregate.AggregatesFile;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code default}, {@code none}, or a file; see {@link AggregatesFile}. */
final class AggregatesConverter implements ITypeConverter<List<Aggregate>> {
    @Override
    public List<Aggregate> convert(String value) {
        try {
            return AggregatesFile.choose(value.strip());
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
