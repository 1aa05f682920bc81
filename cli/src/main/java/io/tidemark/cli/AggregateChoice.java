package io.tidemark.cli;

import io.tidemark.model.Aggregate;
import io.tidemark.stream.aggregate.AggregatesFile;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What is chosen by {@code default}, {@code none}, or a file; see {@link AggregatesFile}. One value, though it is a list. */
record AggregateChoice(List<Aggregate> all) {
    static final AggregateChoice DEFAULT = new AggregateChoice(Aggregate.DEFAULTS);

    AggregateChoice {
        all = List.copyOf(all);
    }

    /** As it is given on the command line. */
    static final class Converter implements ITypeConverter<AggregateChoice> {
        @Override
        public AggregateChoice convert(String value) {
            try {
                return new AggregateChoice(AggregatesFile.choose(value.strip()));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
