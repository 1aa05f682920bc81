package io.tidemark.cli.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The password of an embedded database, made once a data folder: other users of the machine reach the server's port.
 *
 * @param file which only its owner can read
 */
record PostgresPassword(Path file) {
    private static final int BYTES = 24;

    static PostgresPassword beside(Path cluster) {
        return new PostgresPassword(cluster.resolveSibling("password"));
    }

    static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    boolean exists() {
        return Files.exists(file);
    }

    String read() {
        return StackAddresses.readPassword(file);
    }

    /** Whole or not at all, and never readable by others in between. */
    void write(String password) throws IOException {
        Path partial = file.resolveSibling("password.partial");
        Files.deleteIfExists(partial);
        Files.createFile(partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(partial, password + System.lineSeparator());
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
