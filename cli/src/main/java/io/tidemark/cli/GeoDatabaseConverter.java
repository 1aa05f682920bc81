package io.tidemark.cli;

import io.tidemark.stream.enrich.GeoLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Path of a geo database that can be opened: better to know before servers and jobs are started. */
final class GeoDatabaseConverter implements ITypeConverter<Path> {
    @Override
    public Path convert(String value) {
        Path file = Path.of(value);
        if (!Files.exists(file)) {
            throw new TypeConversionException(value + ": there is no such file");
        }
        if (Files.isDirectory(file)) {
            throw new TypeConversionException(value + ": it is a folder; name the .mmdb file in it");
        }
        if (!Files.isReadable(file)) {
            throw new TypeConversionException(value + ": permission denied");
        }
        try {
            GeoLookup.open(value).close();
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(
                    value + " is no MMDB file, such as GeoLite2-City.mmdb once it is unpacked");
        }
        return file;
    }
}
