package io.tidemark.cli;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.embedded.DatabaseOnly;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.store.StoreConfig;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;

/** The options that choose a database with results, whether or not anything runs on the data folder. */
final class ResultsOptions {
    @Mixin
    final DataFolder data = new DataFolder();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

    /** Works with it; starts the data folder's for as long, if nothing else does. */
    void use(Consumer<StoreConfig> work) {
        Optional<StoreConfig> reachable = postgres.chosenOr(Stack.running(data.path));
        if (reachable.isPresent()) {
            work.accept(PostgresOptions.reachable(reachable.get()));
            return;
        }
        Cluster.requireNothingLeft(data.path);
        try (DatabaseOnly database = DatabaseOnly.start(data.path)) {
            work.accept(database.store());
        }
    }
}
