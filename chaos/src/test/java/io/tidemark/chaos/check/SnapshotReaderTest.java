package io.tidemark.chaos.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class SnapshotReaderTest {
    @Test
    void aReaderThatHasNotLookedOnceIsAFindingWithItsCause() throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        try (SnapshotReader reader = SnapshotReader.start(() -> {
            tried.countDown();
            throw new SQLException("no such table");
        })) {
            tried.await();
            assertThat(reader.end())
                    .singleElement()
                    .asString()
                    .contains("has not looked once")
                    .contains("no such table");
        }
    }

    @Test
    void aReaderThatBreaksIsAFindingWithItsCause() throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        Thread[] own = new Thread[1];
        try (SnapshotReader reader = SnapshotReader.start(() -> {
            own[0] = Thread.currentThread();
            tried.countDown();
            throw new IllegalStateException("broken");
        })) {
            tried.await();
            own[0].join();
            assertThat(reader.end())
                    .hasSize(2)
                    .first()
                    .asString()
                    .contains("ended before the writers did")
                    .contains("broken");
        }
    }
}
