package io.tidemark.cli.cluster;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.PostgresServer;
import io.tidemark.cli.embedded.StackException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** PostgreSQL, which {@code pg_ctl} starts and waits for. */
record PostgresProcess(Layout layout, int port) implements Program {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresProcess.class);

    @Override
    public Role role() {
        return Role.POSTGRES;
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public ProcessHandle start() throws IOException {
        try {
            return PostgresServer.start(layout, port).postmaster();
        } catch (StackException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public boolean answers() {
        return true;
    }

    @Override
    public void end(@Nullable ProcessHandle process) {
        try {
            boolean ran = PostgresServer.stopLeftover(layout);
            LOG.info("PostgreSQL {}", ran ? "has been stopped" : "had ended before");
        } catch (StackException e) {
            LOG.warn("PostgreSQL (process {}) does not end when asked to", process, e);
        }
    }
}
