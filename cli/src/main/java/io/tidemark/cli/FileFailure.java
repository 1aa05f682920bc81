package io.tidemark.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** Why a file cannot be used, in words: the exceptions of the JDK often say no more than its name. */
final class FileFailure {
    private FileFailure() {}

    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file or folder";
        } else if (e instanceof AccessDeniedException) {
            return "permission denied";
        } else if (e instanceof CharacterCodingException) {
            return "it is not written in UTF-8";
        }
        return Objects.requireNonNullElse(e.getMessage(), "it cannot be read or written");
    }
}
