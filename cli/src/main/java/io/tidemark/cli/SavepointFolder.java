package io.tidemark.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that chooses where a savepoint goes. */
final class SavepointFolder {
    @Option(
            names = "--savepoints",
            paramLabel = "DIR",
            description =
                    "Where the savepoint goes, a path or URI for Flink's machines; by default where Flink is set to"
                            + " keep them, which on a data folder is flink/savepoints.")
    @Nullable
    String path;
}
