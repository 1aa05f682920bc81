package io.tidemark.stream.aggregate;

import io.tidemark.model.GroupCount;
import io.tidemark.model.WindowCounts;
import io.tidemark.store.GroupWriter;
import io.tidemark.store.Waiting;
import io.tidemark.store.WindowWriter;
import io.tidemark.stream.Destination;
import java.util.List;

/** The tables that counts are written to. */
final class Destinations {
    private Destinations() {}

    /** Both tables of the contract, at once, so that their sums agree for every reader. */
    static Destination<WindowCounts> windows(AggregateConfig settings) {
        WindowWriter writer = new WindowWriter(settings.store());
        return new Destination<>() {
            @Override
            public void write(List<WindowCounts> counts) {
                writer.write(counts, settings.windows().sizeMillis());
            }

            @Override
            public int rows(WindowCounts counts) {
                return 1 + counts.hitsByReferrer().size();
            }

            @Override
            public Waiting waiting() {
                return writer.waiting();
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }

    /** The tables of all aggregates. */
    static Destination<GroupCount> groups(AggregateConfig settings) {
        GroupWriter writer = new GroupWriter(settings.store(), settings.aggregates());
        return new Destination<>() {
            @Override
            public void write(List<GroupCount> counts) {
                writer.write(counts, settings.windows().sizeMillis());
            }

            @Override
            public int rows(GroupCount counts) {
                return 1;
            }

            @Override
            public Waiting waiting() {
                return writer.waiting();
            }

            @Override
            public void close() {
                writer.close();
            }
        };
    }
}
