package io.tidemark.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SupervisedTest {
    private final CountDownLatch runs = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    /** As PostgreSQL, which lives before its start has come to its end. */
    private final Program postgres = new Program() {
        @Override
        public Role role() {
            return Role.POSTGRES;
        }

        @Override
        public int index() {
            return 0;
        }

        @Override
        public int port() {
            return 5432;
        }

        @Override
        public ProcessHandle start() throws IOException {
            runs.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("interrupted");
        }

        @Override
        public boolean answers() {
            return true;
        }

        @Override
        public void end(@Nullable ProcessHandle process) {
            ended.countDown();
        }
    };

    @Test
    void whatRunsThoughItsStartWasInterruptedIsEnded() throws Exception {
        Supervised supervised = new Supervised(postgres, new Supervised.Listener() {
            @Override
            public void changed() {}

            @Override
            public void answers(ProcessInfo process) {}
        });
        supervised.start();
        runs.await();
        supervised.letGo();
        supervised.end();
        supervised.awaitEnd();
        assertThat(ended.getCount()).isZero();
    }
}
