package io.tidemark.cli.embedded;

import io.tidemark.store.StoreConfig;
import java.nio.file.Files;
import java.nio.file.Path;

/** A data folder's PostgreSQL without the rest of the stack, to look at results while nothing runs. */
public final class DatabaseOnly implements AutoCloseable {
    private final FolderLock lock;
    private final PostgresServer postgres;

    private DatabaseOnly(FolderLock lock, PostgresServer postgres) {
        this.lock = lock;
        this.postgres = postgres;
    }

    /**
     * Starts it, and waits until it answers.
     *
     * @throws StackException if the folder has no database, or is in use
     */
    public static DatabaseOnly start(Path data) {
        Layout layout = new Layout(data);
        if (!Files.isDirectory(layout.postgres())) {
            throw new StackException(
                    "There are no results in %s; import some, or name the folder (--data)".formatted(layout.data()));
        }
        FolderLock lock = FolderLock.take(layout);
        PostgresServer postgres = null;
        try {
            LogFiles.in(layout.logs());
            postgres = PostgresServer.start(layout, 0);
            return new DatabaseOnly(lock, postgres);
        } finally {
            if (postgres == null) {
                lock.close();
            }
        }
    }

    /** The database with the results. */
    public StoreConfig store() {
        return postgres.store();
    }

    @Override
    public void close() {
        try (lock) {
            postgres.close();
        }
    }
}
