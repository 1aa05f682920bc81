package io.tidemark.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@Timeout(120)
class PostgresServerIT {
    private static final int LOOK_EVERY_MILLIS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(PostgresServerIT.class);

    @TempDir
    Path data;

    @Test
    void anInterruptedStartLeavesNoServer() throws Exception {
        Layout layout = new Layout(data);
        Path pidFile = layout.postgres().resolve("cluster/postmaster.pid");
        FutureTask<PostgresServer> start = new FutureTask<>(() -> PostgresServer.start(layout, 0));
        Thread starter = new Thread(start);
        starter.start();
        while (starter.isAlive() && !Files.exists(pidFile)) {
            starter.join(LOOK_EVERY_MILLIS);
        }
        starter.interrupt();
        starter.join();
        try {
            start.get().close();
        } catch (ExecutionException e) {
            // As it should be, unless the interruption came too late.
            LOG.info("The start was interrupted", e);
        }
        assertThat(PostgresServer.stopLeftover(layout)).isFalse();
        assertThat(pidFile).doesNotExist();
    }
}
