package io.tidemark.rollup;

import io.tidemark.model.Aggregate;
import io.tidemark.store.RecomputePlan;
import io.tidemark.store.RecomputedTable;
import io.tidemark.store.RollupCopy;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.StoredGroups;
import io.tidemark.store.StoredGroups.Stored;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Adds up the parts of groups, which come in the order of table, window and key, and copies them to the tables beside; returns the name
 * under which they are there, as {@link CopyRows} does. Where the row that is stored tells the same, it is what is copied: sketches of
 * the same visitors differ in bytes.
 */
final class CopyGroups implements MapPartitionsFunction<Row, String> {
    private static final long serialVersionUID = 1L;

    private final StoreConfig store;
    private final List<RecomputedTable> tables;

    CopyGroups(StoreConfig store, List<RecomputedTable> tables) {
        this.store = store;
        this.tables = tables;
    }

    @Override
    public Iterator<String> call(Iterator<Row> parts) {
        if (!parts.hasNext()) {
            return Collections.emptyIterator();
        }
        String attempt = Long.toString(TaskContext.get().taskAttemptId());
        try (Copies copies = new Copies(attempt)) {
            Row part = parts.next();
            Group group = new Group(part);
            group.add(part);
            while (parts.hasNext()) {
                part = parts.next();
                if (!group.holds(part)) {
                    copies.add(group);
                    group = new Group(part);
                }
                group.add(part);
            }
            copies.add(group);
            copies.commit();
        }
        return List.of(attempt).iterator();
    }

    /** Copies to one table after the other. */
    private final class Copies implements AutoCloseable {
        private final String attempt;
        private final StoredGroups stored = new StoredGroups(store);
        private @Nullable RollupCopy copy;
        private int table = -1;
        private long window;
        private Map<String, Stored> ofWindow = Map.of();

        Copies(String attempt) {
            this.attempt = attempt;
        }

        void add(Group group) {
            RecomputedTable of = tables.get(group.table);
            boolean visitors = of.counted().visitors();
            RollupCopy open = copy;
            if (open == null || table != group.table) {
                commit();
                open = new RollupCopy(store, RecomputePlan.shadow(group.table), of.source(), attempt);
                copy = open;
            }
            if (visitors && (table != group.table || window != group.window)) {
                ofWindow = stored.ofWindow(of, group.window);
            }
            table = group.table;
            window = group.window;
            Stored row = group.written();
            Stored known = visitors ? ofWindow.get(group.key) : null;
            if (known != null && group.isToldBy(known)) {
                row = known;
            }
            open.add(
                    group.window,
                    group.key.split(String.valueOf(Aggregate.SEPARATOR), -1),
                    new long[] {row.hits()},
                    row.visitors(),
                    row.sketch());
        }

        void commit() {
            RollupCopy open = copy;
            if (open != null) {
                open.commit();
                open.close();
                copy = null;
            }
        }

        @Override
        public void close() {
            RollupCopy open = copy;
            try {
                stored.close();
            } finally {
                if (open != null) {
                    open.close();
                }
            }
        }
    }
}
