package io.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.testkit.StepClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class KafkaWatchTest {
    private final StepClock clock = new StepClock();
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
}
