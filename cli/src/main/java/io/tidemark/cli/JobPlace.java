package io.tidemark.cli;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.cli.jobs.JobRegistry;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that tell which Flink is meant: that of a data folder, or one of the user's own. */
final class JobPlace {
    @Mixin
    private final DataFolder data = new DataFolder();

    @Option(
            names = "--flink",
            paramLabel = "HOST:PORT",
            description = "REST endpoint of a session cluster; by default the Flink that runs on the data folder.")
    private @Nullable String flink;

    /** REST endpoint, as {@code host:port}. */
    String flink() {
        return Optional.ofNullable(flink)
                .or(() -> Stack.running(data.path).map(StackAddresses::flink))
                .orElseThrow(() ->
                        new StackException("Nothing runs on %s; start it with 'tidemark up', or name a Flink (--flink)"
                                .formatted(layout().data())));
    }

    JobRegistry registry() {
        return flink == null ? new JobRegistry(layout()) : JobRegistry.elsewhere(layout(), flink);
    }

    Layout layout() {
        return new Layout(data.path);
    }
}
