package io.tidemark.chaos.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.chaos.fault.Fault;
import io.tidemark.chaos.fault.FaultKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RunPlanTest {
    @Test
    void aRunIsRepeatedByItsSeedAndItsFaults() {
        for (int index = 0; index < 50; index++) {
            RunPlan first = RunPlan.nth(7, index, List.of());
            RunPlan again = RunPlan.nth(first.seed(), 0, FaultKind.parse(first.faultNames()));
            assertThat(told(again)).isEqualTo(told(first));
            assertThat(again.window()).isEqualTo(first.window());
            assertThat(again.parallelism()).isEqualTo(first.parallelism());
            assertThat(again.perSecond()).isEqualTo(first.perSecond());
        }
    }

    @Test
    void everyFaultHasItsTurn() {
        Set<FaultKind> first = EnumSet.noneOf(FaultKind.class);
        for (int index = 0; index < FaultKind.values().length; index++) {
            first.add(RunPlan.nth(3, index, List.of()).kinds().get(0));
        }
        assertThat(first).containsExactlyInAnyOrder(FaultKind.values());
    }

    @Test
    void neighbouringSeedsHaveNoRunInCommon() {
        Set<Long> seeds = new HashSet<>();
        for (long seed = 1; seed <= 20; seed++) {
            for (int index = 0; index < 200; index++) {
                seeds.add(RunPlan.nthSeed(seed, index));
            }
        }
        assertThat(seeds).hasSize(20 * 200);
    }

    @Test
    void oneToThreeFaultsBeginInTheOrderOfTheirTimes() {
        List<RunPlan> plans = IntStream.range(0, 100)
                .mapToObj(index -> RunPlan.nth(11, index, List.of()))
                .toList();
        assertThat(plans).extracting(plan -> plan.faults().size()).contains(1, 2, 3);
        assertThat(plans)
                .allSatisfy(plan -> assertThat(plan.faults())
                        .extracting(RunPlan.Planned::begins)
                        .isSorted()
                        .allSatisfy(begins -> assertThat(begins).isLessThan(RunPlan.STREAM)));
        assertThat(plans).extracting(RunPlan::seed).doesNotHaveDuplicates();
    }

    @Test
    void aPauseLastsFiveToSixtySecondsAndHalfOfThemCrossTheTimeouts() {
        SplittableRandom random = new SplittableRandom(1);
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Fault pause = FaultKind.PAUSE_BROKER.make(random);
            pauses.add(pause.lasts().toMillis());
        }
        assertThat(pauses).allSatisfy(millis -> assertThat(millis).isBetween(5_000L, 60_000L));
        assertThat(pauses).anyMatch(millis -> millis > 50_000);
        assertThat(pauses.stream().filter(millis -> millis < 6_000).count()).isGreaterThan(1_000);
        assertThat(pauses.stream()
                        .filter(millis -> millis >= 12_000 && millis <= 25_000)
                        .count())
                .isBetween(2_500L, 3_200L);
        assertThat(Duration.ofMillis(
                        (long) pauses.stream().mapToLong(each -> each).average().orElseThrow()))
                .isBetween(Duration.ofSeconds(13), Duration.ofSeconds(15));
    }

    @Test
    void everyKindOfFaultSaysWhatItDoesAndIsKnownByItsName() {
        for (FaultKind kind : FaultKind.values()) {
            assertThat(kind.make(new SplittableRandom(5)).describe()).isNotBlank();
            assertThat(FaultKind.parse(kind.toString())).containsExactly(kind);
        }
        assertThat(Arrays.stream(FaultKind.values()).map(FaultKind::toString)).doesNotHaveDuplicates();
    }

    @Test
    void anUnknownFaultIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> FaultKind.parse("kill-broker+kill-cat"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kill-cat")
                .hasMessageContaining("kill-broker, ");
    }

    private static List<String> told(RunPlan plan) {
        return plan.faults().stream()
                .map(fault -> fault.begins() + " " + fault.fault().describe())
                .toList();
    }
}
