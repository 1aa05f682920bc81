package io.tidemark.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One of the names of an enum, which people write in lower case.
 *
 * @param <E> the enum
 */
final class Choice<E extends Enum<E>> implements ITypeConverter<E> {
    private final List<E> all;

    Choice(Class<E> type) {
        this.all = List.copyOf(Arrays.asList(type.getEnumConstants()));
    }

    @Override
    public E convert(String value) {
        return all.stream()
                .filter(each -> each.name().equalsIgnoreCase(value.strip()))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("must be one of %s; was \"%s\""
                        .formatted(
                                String.join(", ", all.stream().map(Choice::name).toList()), value)));
    }

    private static String name(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
