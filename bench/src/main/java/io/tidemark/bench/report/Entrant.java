package io.tidemark.bench.report;

import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Work;

/** What the report tells of a {@link Contender}. */
public record Entrant(Work work, String name, String what, Contender.Kind kind, String guarantee) {
    public static Entrant of(Work work, Contender contender) {
        return new Entrant(work, contender.name(), contender.what(), contender.kind(), contender.guarantee());
    }
}
