package io.tidemark.stream.aggregate;

import io.tidemark.model.GroupCount;
import io.tidemark.model.WindowCounts;
import io.tidemark.store.GroupWriter;
import io.tidemark.store.Waiting;
import io.tidemark.store.WindowWriter;
import java.io.Serializable;
import java.util.List;

/**
 * The tables that counts are written to.
 *
 * @param <T> what is written
 */
interface Destination<T> extends AutoCloseable {
    /** Writes all of it in one transaction; on return it is durable. */
    void write(List<T> counts);

    /** How many rows that makes. */
    int rows(T counts);

    /** Whether it waits for Postgres now. */
    Waiting waiting();

    @Override
    void close();

    /**
     * Opens it where it is used.
     *
     * @param <T> what is written
     */
    @FunctionalInterface
    interface Opener<T> extends Serializable {
        /** Connects when first used. */
        Destination<T> open(AggregateConfig settings);
    }

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
