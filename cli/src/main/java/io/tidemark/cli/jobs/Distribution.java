package io.tidemark.cli.jobs;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What lies beside the command's own jar. */
public final class Distribution {
    private Distribution() {}

    /** The jobs with all they need, for a cluster of the user's own. */
    public static Path jobJar() {
        try {
            Path own = Path.of(Distribution.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path jar = own.resolveSibling("job").resolve("tidemark-job.jar");
            if (!Files.exists(jar)) {
                throw new IllegalStateException("There is no " + jar + "; build it with: mvn package");
            }
            return jar;
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Cannot find where Tidemark is installed", e);
        }
    }
}
