package io.tidemark.collect.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.collect.SendFailedException;
import io.tidemark.collect.Ticker;
import java.time.Duration;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class PacedSenderTest {
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final ManualTicker ticker = new ManualTicker();

    /** Time goes on only by waiting, or by hand. */
    private static final class ManualTicker implements Ticker {
        private long nanos = 17;
        private Runnable afterWait = () -> {};

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void await(Duration duration) {
            nanos += duration.toNanos();
            afterWait.run();
        }

        Duration elapsed() {
            return Duration.ofNanos(nanos - 17);
        }
    }

    private PacedSender sender(int rate) {
        return new PacedSender(producer, "web-events", () -> new byte[] {1}, rate, ticker);
    }

    @Test
    void sendsAtItsRate() throws Exception {
        PacedSender sender = sender(300);
        ticker.afterWait = () -> {
            if (ticker.elapsed().compareTo(Duration.ofSeconds(10)) >= 0) {
                sender.stop();
            }
        };

        assertThat(sender.run()).isBetween(3_000L, 3_001L).isEqualTo(sender.sent());
        assertThat(producer.flushed()).isTrue();
    }

    @Test
    void catchesUpWhenItWasHeldUp() throws Exception {
        PacedSender sender = sender(100);
        ticker.afterWait = () -> {
            if (sender.sent() == 50) {
                ticker.nanos += Duration.ofSeconds(5).toNanos();
            } else if (ticker.elapsed().compareTo(Duration.ofSeconds(6)) >= 0) {
                sender.stop();
            }
        };

        assertThat(sender.run()).isBetween(600L, 601L);
    }

    @Test
    void slowRateStopsWithinATenthOfASecond() throws Exception {
        PacedSender sender = sender(1);
        ticker.afterWait = sender::stop;

        assertThat(sender.run()).isEqualTo(1);
        assertThat(ticker.elapsed()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void failedSendEndsIt() {
        producer.sendException = new TimeoutException("no broker");

        assertThatThrownBy(() -> sender(10).run())
                .isInstanceOf(SendFailedException.class)
                .hasMessage("Cannot send generated traffic to topic web-events: no broker");
    }

    @Test
    void rateMustBePositive() {
        assertThatThrownBy(() -> sender(0)).hasMessage("rate must be at least 1 event a second; was 0");
    }
}
