package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.store.RollupSource.Content;
import java.io.Serializable;
import java.util.List;

/**
 * A table of windows that can be recomputed from {@code processed_events}, and how events are counted for it. The two of the contract are
 * counted as aggregates without visitors, so that one code counts for all.
 *
 * @param table its name
 * @param counted dimensions and measures; for a table of the contract under a name that is none of a table's
 */
public record RecomputedTable(String table, Aggregate counted) implements Serializable {
    static final String HOSTS = "processed_events_aggregated";
    static final String REFERRERS = ForgottenHits.OF_REFERRERS;

    /** Hosts first, as whoever writes both writes them. */
    static final List<RecomputedTable> CONTRACT = List.of(
            new RecomputedTable(HOSTS, new Aggregate("contract_hosts", List.of(Dimension.HOST), false)),
            new RecomputedTable(
                    REFERRERS,
                    new Aggregate("contract_referrers", List.of(Dimension.HOST, Dimension.REFERRER), false)));

    private static final long serialVersionUID = 1L;

    public RecomputedTable {
        requireNonNull(table, "table is null");
        requireNonNull(counted, "counted is null");
    }

    static RecomputedTable of(Aggregate aggregate) {
        return new RecomputedTable(aggregate.table(), aggregate);
    }

    /** What its rollups are made of: its rows as columns. */
    public RollupSource source() {
        return new RollupSource(table, Content.WINDOWS, dimensions(), counted.visitors());
    }

    /** Names of the columns that are its key besides the window. */
    List<String> dimensions() {
        return counted.dimensions().stream().map(Dimension::code).toList();
    }

    boolean isOfContract() {
        return CONTRACT.contains(this);
    }
}
