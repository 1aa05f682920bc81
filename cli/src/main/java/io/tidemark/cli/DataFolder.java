package io.tidemark.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that chooses a data folder. */
final class DataFolder {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "./tidemark-data",
            description = "Folder of everything that is kept.")
    Path path = Path.of("tidemark-data");
}
