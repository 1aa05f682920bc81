package io.tidemark.bench.input;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.RawEvent;

/** The events of one partition of a {@link Workload}, in the order in which they came; always the same ones. */
public interface Events {
    boolean hasNext();

    /** As it comes in; only if there is one. */
    RawEvent next();

    /** The same as enrichment would make it; takes the place of {@link #next}. */
    EnrichedEvent nextEnriched();
}
