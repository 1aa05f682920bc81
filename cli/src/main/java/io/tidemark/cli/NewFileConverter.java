package io.tidemark.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Path of a file that is to be written, in a folder that is there. */
final class NewFileConverter implements ITypeConverter<Path> {
    @Override
    public Path convert(String value) {
        Path file = Path.of(value);
        if (Files.isDirectory(file)) {
            throw new TypeConversionException(value + ": it is a folder; name a file in it");
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new TypeConversionException(value + ": there is no such folder");
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new TypeConversionException(value + ": permission denied");
        }
        return file;
    }
}
