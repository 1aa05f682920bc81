package io.tidemark.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VisitorSketchTest {
    private static byte[] visitor(long number) {
        return "%016x".formatted(number * 0x9E3779B97F4A7C15L).getBytes(UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 100, 300})
    void fewVisitorsAreCountedExactly(int number) {
        VisitorSketch sketch = new VisitorSketch();
        for (int twice = 0; twice < 2; twice++) {
            for (int i = 0; i < number; i++) {
                sketch.add(visitor(i));
            }
        }
        assertThat(sketch.estimate()).isEqualTo(number);
        assertThat(VisitorSketch.of(sketch.toBytes()).estimate()).isEqualTo(number);
    }

    /** Of 200 sketches, 95 in 100 within twice the standard error; the seed is fixed, so that the number is. */
    @Test
    void manyVisitorsAreCountedWithinTheStatedBoundThoughSketchesWereMerged() {
        Random random = new Random(5);
        int within = 0;
        for (int trial = 0; trial < 200; trial++) {
            int number = 1_000 + random.nextInt(50_000);
            long first = random.nextLong();
            VisitorSketch merged = new VisitorSketch();
            // Windows of a day: most visitors are in several of them.
            for (int window = 0; window < 10; window++) {
                VisitorSketch one = new VisitorSketch();
                for (int i = window * number / 12; i < Math.min(number, (window + 3) * number / 12); i++) {
                    one.add(visitor(first + i));
                }
                merged.merge(one.toBytes());
            }
            within += Math.abs(merged.estimate() - number) <= 0.032 * number ? 1 : 0;
            assertThat(merged.toBytes()).hasSizeLessThan(4_200);
        }
        assertThat(within).isGreaterThanOrEqualTo(185);
    }

    @Test
    void mergingIsTheUnionInAnyOrder() {
        List<byte[]> parts = new ArrayList<>();
        for (int part = 0; part < 20; part++) {
            VisitorSketch sketch = new VisitorSketch();
            for (int i = 0; i < part * part * 10; i++) {
                sketch.add(visitor(i));
            }
            parts.add(sketch.toBytes());
        }
        VisitorSketch upwards = new VisitorSketch();
        parts.forEach(upwards::merge);
        VisitorSketch downwards = new VisitorSketch();
        for (int part = parts.size() - 1; part >= 0; part--) {
            downwards.merge(parts.get(part));
        }
        VisitorUnion union = new VisitorUnion();
        parts.forEach(union::add);
        assertThat(upwards.estimate()).isEqualTo(downwards.estimate()).isEqualTo(union.estimate());
        assertThat((double) upwards.estimate()).isCloseTo(3_610, Percentage.withPercentage(5));
        downwards.merge(parts.get(3));
        assertThat(downwards.estimate()).isCloseTo(upwards.estimate(), within(1L));
    }

    /** In every form that a sketch takes, and across the borders between them. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 31, 32, 33, 120, 300, 384, 385, 400, 1_000, 5_000})
    void sketchesOfTheSameVisitorsAreTheSameInWhateverOrderAndBySomeMerging(int number) {
        List<Integer> visitors = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            visitors.add(i);
        }
        VisitorSketch first = new VisitorSketch();
        visitors.forEach(each -> first.add(visitor(each)));
        Random random = new Random(number);
        for (int trial = 0; trial < 20; trial++) {
            Collections.shuffle(visitors, random);
            VisitorSketch merged = new VisitorSketch();
            VisitorSketch part = new VisitorSketch();
            for (int each : visitors) {
                part.add(visitor(each));
                if (random.nextInt(1 + number / 5) == 0) {
                    merged.merge(part.toBytes());
                    part = random.nextBoolean() ? part : new VisitorSketch();
                }
            }
            merged.merge(part.toBytes());
            assertThat(VisitorSketch.sameVisitors(first.toBytes(), merged.toBytes()))
                    .isTrue();
            merged.add(visitor(number + 1_000_000L));
            if (number <= 300) {
                // Of more, one may change no register.
                assertThat(VisitorSketch.sameVisitors(first.toBytes(), merged.toBytes()))
                        .isFalse();
            }
        }
    }

    @Test
    void sketchesOfOtherVisitorsDiffer() {
        for (int number : new int[] {1, 8, 100, 1_000, 100_000}) {
            VisitorSketch one = new VisitorSketch();
            VisitorSketch other = new VisitorSketch();
            for (int i = 0; i < number; i++) {
                one.add(visitor(i));
                other.add(visitor(number + i));
            }
            assertThat(VisitorSketch.sameVisitors(one.toBytes(), other.toBytes()))
                    .isFalse();
        }
    }

    @Test
    void bytesThatAreNoSketchAreRefused() {
        for (byte[] each : List.of(new byte[0], new byte[] {1, 2, 3}, "not a sketch at all".getBytes(UTF_8))) {
            assertThatThrownBy(() -> VisitorSketch.of(each))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Not a HyperLogLog sketch");
        }
    }
}
