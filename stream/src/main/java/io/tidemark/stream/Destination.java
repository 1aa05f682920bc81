package io.tidemark.stream;

import io.tidemark.store.Waiting;
import java.io.Serializable;
import java.util.List;

/**
 * The tables that results are written to.
 *
 * @param <T> what is written
 */
public interface Destination<T> extends AutoCloseable {
    /** Writes all of it in one transaction; on return it is durable. */
    void write(List<T> results);

    /** How many rows that makes. */
    int rows(T result);

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
        Destination<T> open();
    }
}
