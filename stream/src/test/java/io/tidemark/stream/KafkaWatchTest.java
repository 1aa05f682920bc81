package io.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class KafkaWatchTest {
    private final Steps clock = new Steps();
    private final Switch kafka = new Switch();

    @Test
    void kafkaThatAnswersIsNotWaitedFor() {
        try (KafkaWatch watch = KafkaWatch.of(kafka, clock)) {
            clock.forward(Duration.ofMinutes(5));
            watch.look();
            assertThat(watch.seconds()).isZero();
            clock.forward(Duration.ofSeconds(4));
            assertThat(watch.seconds()).isZero();
        }
    }

    @Test
    void secondsSinceTheLastAnswerAreToldUntilTheNext() {
        try (KafkaWatch watch = KafkaWatch.of(kafka, clock)) {
            kafka.answers = false;
            clock.forward(Duration.ofSeconds(90));
            watch.look();
            assertThat(watch.seconds()).isEqualTo(90);
            kafka.answers = true;
            watch.look();
            assertThat(watch.seconds()).isZero();
        }
    }

    private static final class Switch implements KafkaWatch.Probe {
        private boolean answers = true;

        @Override
        public void ask() {
            if (!answers) {
                throw new IllegalStateException("no answer");
            }
        }

        @Override
        public void close() {
            answers = false;
        }
    }

    private static final class Steps extends Clock {
        private Instant now = Instant.EPOCH;

        void forward(Duration step) {
            now = now.plus(step);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }
}
