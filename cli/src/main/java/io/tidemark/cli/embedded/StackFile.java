package io.tidemark.cli.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** {@code stack.json}: written whole or not at all. */
public final class StackFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private StackFile() {}

    public static void write(Path file, StackAddresses addresses) throws IOException {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        Files.write(partial, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(addresses));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Empty if there is none, as while a stack is starting. */
    public static Optional<StackAddresses> read(Path file) {
        try {
            return Files.exists(file)
                    ? Optional.of(JSON.readValue(Files.readAllBytes(file), StackAddresses.class))
                    : Optional.empty();
        } catch (IOException e) {
            throw new StackException(
                    "Cannot read %s (%s); delete it if nothing runs".formatted(file, e.getMessage()), e);
        }
    }
}
