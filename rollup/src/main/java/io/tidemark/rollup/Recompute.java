package io.tidemark.rollup;

import io.tidemark.store.RecomputePlan;
import io.tidemark.store.RecomputeStore;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.TableDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** A run: counts the events of a range once more, compares, and swaps what differs. What fails leaves the tables that it has not come to. */
final class Recompute {
    private final Supplier<SparkSession> spark;
    private final StoreConfig config;
    private final RecomputeOptions options;
    private final Listener listener;

    /** @param spark asked only once it is known that the range can be recomputed: to start it takes seconds */
    Recompute(Supplier<SparkSession> spark, StoreConfig config, RecomputeOptions options, Listener listener) {
        this.spark = spark;
        this.config = config;
        this.options = options;
        this.listener = listener;
    }

    /** Told of what goes on. */
    interface Listener {
        /** It is known what is to be recomputed. */
        void begins(RecomputePlan plan);

        /** A table was compared. */
        void compared(TableDifference difference);

        /**
         * Tables were swapped, in one transaction.
         *
         * @param rows that were written or removed
         */
        void swapped(List<String> tables, long rows);

        /**
         * All is done.
         *
         * @param corrected windows that are left to the aggregate job, since events came into them meanwhile
         * @param taken marks of windows that needed no correction any more
         */
        void ended(int corrected, int taken);
    }

    /** Runs it, and returns the number of rows that differed. */
    long run() {
        try (RecomputeStore store = new RecomputeStore(config)) {
            RecomputePlan plan = store.plan(options.request());
            listener.begins(plan);
            store.prepare(plan);
            List<String> attempts = new RecomputeJob(spark.get(), config).run(plan);
            List<TableDifference> differences = new ArrayList<>();
            for (int i = 0; i < plan.tables().size(); i++) {
                TableDifference difference = store.compare(plan, i, attempts, options.most());
                listener.compared(difference);
                differences.add(difference);
            }
            if (!options.dryRun()) {
                swap(store, plan, differences);
            }
            return differences.stream().mapToLong(TableDifference::differing).sum();
        }
    }

    private void swap(RecomputeStore store, RecomputePlan plan, List<TableDifference> differences) {
        for (int i = 0; i < plan.tables().size(); i++) {
            List<TableDifference> together =
                    plan.together(i).stream().map(differences::get).toList();
            if (!together.isEmpty()) {
                long rows = store.swap(plan, together);
                listener.swapped(
                        together.stream().map(each -> each.table().table()).toList(), rows);
            }
        }
        int taken = plan.whole() ? store.takeMarks(plan) : 0;
        listener.ended(store.marked(), taken);
    }
}
