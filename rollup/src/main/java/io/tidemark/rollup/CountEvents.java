package io.tidemark.rollup;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import io.tidemark.model.GroupCounts;
import io.tidemark.model.TumblingWindows;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Counts the events of a task by table, window and group, with the code that the aggregate job counts with. A group may come several
 * times, in parts to be added up: no more than some are in memory.
 */
final class CountEvents implements MapPartitionsFunction<Row, Row> {
    static final String TABLE = "table_number";
    static final String WINDOW = "window_start";
    static final String KEY = "group_key";

    /** Part of a group: its hits and a sketch of its visitors, null if none is known; and whether its hits are of forgotten events. */
    static final StructType PARTS = new StructType()
            .add(TABLE, DataTypes.IntegerType, false)
            .add(WINDOW, DataTypes.LongType, false)
            .add(KEY, DataTypes.StringType, false)
            .add("hits", DataTypes.LongType, false)
            .add("visitors", DataTypes.BinaryType, true)
            .add("forgotten", DataTypes.BooleanType, false);

    private static final long serialVersionUID = 1L;
    private static final int MOST_GROUPS = 20_000;

    private final List<Aggregate> tables;
    private final TumblingWindows windows;

    /** @param tables by their numbers */
    CountEvents(List<Aggregate> tables, TumblingWindows windows) {
        this.tables = tables;
        this.windows = windows;
    }

    /** The columns that it needs of events, as texts, behind their time. */
    List<String> columns() {
        return List.copyOf(new GroupCounts(tables, windows, none -> {}).columns());
    }

    @Override
    public Iterator<Row> call(Iterator<Row> events) {
        return new Parts(events);
    }

    private final class Parts implements Iterator<Row> {
        private final Iterator<Row> events;
        private final Queue<Row> parts = new ArrayDeque<>();
        private final Map<String, Integer> numbers = new HashMap<>();
        private final GroupCounts counts = new GroupCounts(tables, windows, this::add);
        private final List<String> columns = columns();

        Parts(Iterator<Row> events) {
            this.events = events;
            for (Aggregate each : tables) {
                numbers.put(each.id(), numbers.size());
            }
        }

        private void add(GroupCount part) {
            parts.add(RowFactory.create(
                    numbers.get(part.aggregate()),
                    part.windowStartMillis(),
                    part.key(),
                    part.hits(),
                    part.visitors(),
                    false));
        }

        @Override
        public boolean hasNext() {
            if (parts.isEmpty()) {
                Map<String, String> texts = new HashMap<>();
                while (events.hasNext() && counts.size() < MOST_GROUPS) {
                    Row event = events.next();
                    texts.clear();
                    for (int i = 0; i < columns.size(); i++) {
                        String text = event.getString(2 + i);
                        if (text != null) {
                            texts.put(columns.get(i), text);
                        }
                    }
                    counts.add(texts, windows.startOf(event.getLong(1)));
                }
                counts.handOnAll();
            }
            return !parts.isEmpty();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no more groups");
            }
            return parts.remove();
        }
    }
}
