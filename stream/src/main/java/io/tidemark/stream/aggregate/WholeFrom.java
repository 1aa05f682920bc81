package io.tidemark.stream.aggregate;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.jspecify.annotations.Nullable;

/**
 * From where on the windows of each aggregate are seen whole: those that begin at or after it. Part of the state, since it holds
 * for as long as the state goes on. Each operator that keeps it comes to the same: by the start of a job that begins, and in one
 * that goes on by the first moment of which nothing can have been read when an aggregate was new to it. For one thread.
 */
final class WholeFrom implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<Aggregate> aggregates;
    private final long startedAt;
    private final long newFrom;

    private transient Map<Aggregate, Long> fromByAggregate = new HashMap<>();
    private transient List<Aggregate> added = List.of();
    private transient @Nullable ListState<CountedFrom> state;

    /**
     * Before anything is restored.
     *
     * @param startedAt start of the first window that is seen whole by a job that begins; {@link Long#MIN_VALUE} if all are
     * @param newFrom start of the first window in which no hit can have been read when the job was submitted
     */
    WholeFrom(List<Aggregate> aggregates, long startedAt, long newFrom) {
        this.aggregates = List.copyOf(aggregates);
        this.startedAt = startedAt;
        this.newFrom = newFrom;
    }

    /**
     * Takes over what was known.
     *
     * @param goesOn whether hits were read before; else each aggregate is as old as the job
     */
    void restore(OperatorStateStore store, boolean goesOn) throws Exception {
        ListState<CountedFrom> restored =
                store.getUnionListState(new ListStateDescriptor<>("aggregates-from", CountedFrom.class));
        Map<String, Long> known = new HashMap<>();
        for (CountedFrom each : restored.get()) {
            known.merge(each.aggregate(), each.windowStartMillis(), Math::max);
        }
        fromByAggregate = new HashMap<>();
        added = aggregates.stream()
                .filter(each -> goesOn && !known.containsKey(each.id()))
                .toList();
        for (Aggregate each : aggregates) {
            fromByAggregate.put(each, known.getOrDefault(each.id(), goesOn ? newFrom : startedAt));
        }
        state = restored;
    }

    void snapshot() throws Exception {
        List<CountedFrom> known = new ArrayList<>();
        fromByAggregate.forEach((aggregate, from) -> known.add(new CountedFrom(aggregate.id(), from)));
        requireNonNull(state, "not restored").update(known);
    }

    List<Aggregate> aggregates() {
        return aggregates;
    }

    /** Start of the first window that is seen whole; {@link Long#MIN_VALUE} if all are. */
    long of(Aggregate aggregate) {
        return fromByAggregate.getOrDefault(aggregate, Long.MIN_VALUE);
    }

    /** Those that are new to a job that goes on. */
    List<Aggregate> added() {
        return added;
    }
}
