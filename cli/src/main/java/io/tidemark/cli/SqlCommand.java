package io.tidemark.cli;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.embedded.DatabaseOnly;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.store.SqlQuery;
import io.tidemark.store.StoreConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tidemark sql}. */
@Command(
        name = "sql",
        description = "Run a query against the results, whether or not anything runs on the data folder.",
        footer = {
            "",
            "Example: tidemark sql \"select event_hour, host, num_hits from processed_events_aggregated order by 1 desc limit 10\""
        })
final class SqlCommand implements Callable<Integer> {
    @Mixin
    private final DataFolder data = new DataFolder();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

    @Option(
            names = "--csv",
            showDefaultValue = Visibility.NEVER,
            description = "Print CSV with a header; NULL is an empty field without quotes.")
    private boolean csv;

    @Parameters(paramLabel = "QUERY", showDefaultValue = Visibility.NEVER, description = "One query, in quotes.")
    private String query = "";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Optional<StoreConfig> reachable = postgres.chosenOr(Stack.running(data.path));
        if (reachable.isPresent()) {
            run(PostgresOptions.reachable(reachable.get()));
        } else {
            Cluster.requireNothingLeft(data.path);
            try (DatabaseOnly database = DatabaseOnly.start(data.path)) {
                run(database.store());
            }
        }
        return Main.DONE;
    }

    private void run(StoreConfig store) throws IOException {
        SqlQuery sql = new SqlQuery(store, query);
        if (csv) {
            // Postgres sends UTF-8, which goes out as it is.
            try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
                sql.csv(out);
            }
        } else {
            ResultTable table =
                    new ResultTable(Objects.requireNonNull(spec).commandLine().getOut());
            table.end(sql.rows(table));
        }
    }
}
