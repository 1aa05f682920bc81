package io.tidemark.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * Real access logs and hostile input, which are not part of the project. Found by the environment variable
 * {@code TIDEMARK_TEST_DATA}, by default {@code ../shared/data} beside the checkout; tests that need them are skipped,
 * visibly, where they are absent.
 */
public final class TestData {
    private static final String VARIABLE = "TIDEMARK_TEST_DATA";

    private TestData() {}

    /** The file or folder of that name below the test data; skips the test if it is not there. */
    public static Path require(String relative) {
        Path found = root().resolve(relative);
        Assumptions.assumeTrue(Files.exists(found), () -> "SKIPPED: no " + relative + "; set " + VARIABLE);
        return found;
    }

    private static Path root() {
        return Optional.ofNullable(System.getenv(VARIABLE))
                .map(Path::of)
                .orElseGet(() -> checkout().resolve("../shared/data"))
                .toAbsolutePath()
                .normalize();
    }

    /** The folder that holds the launcher, from whichever module the test runs in. */
    public static Path checkout() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve(".mvn"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "No checkout above " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return folder;
    }
}
