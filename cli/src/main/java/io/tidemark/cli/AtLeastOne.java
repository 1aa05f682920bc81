package io.tidemark.cli;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Whole numbers from 1 on. */
final class AtLeastOne implements ITypeConverter<Integer> {
    private static final Pattern NUMBER = Pattern.compile("0*[1-9]\\d{0,8}");

    @Override
    public Integer convert(String value) {
        if (!NUMBER.matcher(value.strip()).matches()) {
            throw new TypeConversionException("must be a whole number between 1 and 999999999; was \"" + value + "\"");
        }
        return Integer.valueOf(value.strip());
    }
}
