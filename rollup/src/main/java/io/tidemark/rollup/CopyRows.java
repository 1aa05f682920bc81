package io.tidemark.rollup;

import io.tidemark.store.RollupCopy;
import io.tidemark.store.RollupSource;
import io.tidemark.store.StoreConfig;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Copies the rows of a task to the staging table, and returns the name under which they are there. Spark may run a task again
 * whose rows are there already; only the name of one of its runs comes back.
 */
final class CopyRows implements MapPartitionsFunction<Row, String> {
    private static final long serialVersionUID = 1L;

    private final StoreConfig store;
    private final RollupSource source;

    CopyRows(StoreConfig store, RollupSource source) {
        this.store = store;
        this.source = source;
    }

    @Override
    public Iterator<String> call(Iterator<Row> rows) {
        if (!rows.hasNext()) {
            return Collections.emptyIterator();
        }
        String attempt = Long.toString(TaskContext.get().taskAttemptId());
        int dimensions = source.dimensions().size();
        int sums = source.sums().size();
        String[] texts = new String[dimensions];
        long[] numbers = new long[sums];
        try (RollupCopy copy = new RollupCopy(store, source, attempt)) {
            while (rows.hasNext()) {
                Row row = rows.next();
                int at = 0;
                long period = row.getLong(at++);
                for (int i = 0; i < dimensions; i++) {
                    texts[i] = row.getString(at++);
                }
                for (int i = 0; i < sums; i++) {
                    numbers[i] = row.getLong(at++);
                }
                boolean known = source.visitors() && row.getLong(at + 2) > 0;
                copy.add(period, texts, numbers, known ? row.getLong(at) : 0, known ? row.getAs(at + 1) : null);
            }
            copy.commit();
        }
        return List.of(attempt).iterator();
    }
}
