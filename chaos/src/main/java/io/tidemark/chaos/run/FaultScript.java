package io.tidemark.chaos.run;

import io.tidemark.chaos.check.Finding;
import io.tidemark.chaos.fault.Effect;
import io.tidemark.chaos.fault.Stage;
import io.tidemark.chaos.report.RunResult;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plays the faults of a plan, each in a thread of its own at its time, and watches how the pipeline recovers from each. */
final class FaultScript {
    private static final Logger LOG = LoggerFactory.getLogger(FaultScript.class);
    private static final Duration STEP = Duration.ofMillis(400);

    /** Recovered is what has been well for that long: some faults show a moment later only. */
    private static final Duration STEADY = Duration.ofSeconds(3);

    /** A fault with its ends; the slowest is an operator who waits for a cluster that is down. */
    private static final Duration LONGEST_FAULT = Duration.ofMinutes(5);

    private final RunPlan plan;
    private final Stage stage;
    private final Health health;
    private final Clock clock;
    private final List<Finding> findings = new ArrayList<>();

    FaultScript(RunPlan plan, Stage stage, Observer observer, Clock clock) {
        this.plan = plan;
        this.stage = stage;
        this.health = new Health(stage, observer, clock);
        this.clock = clock;
    }

    /** What went wrong with the faults themselves, or with recovery. */
    List<Finding> findings() {
        return List.copyOf(findings);
    }

    /**
     * Returns once every fault is over, the pipeline has recovered from all, and the records were sent for long enough.
     *
     * @param recoveredWithin bound on recovery, counted from the end of the last fault
     * @param afterFaults called when the last fault is over
     */
    List<RunResult.Injected> play(Duration recoveredWithin, Runnable afterFaults) throws InterruptedException {
        long start = System.nanoTime();
        List<Act> acts = plan.faults().stream().map(Act::new).toList();
        acts.forEach(Act::begin);
        long slowest = start + LONGEST_FAULT.toNanos();
        long lastEnd = 0;
        while (true) {
            boolean over = acts.stream().allMatch(act -> act.over);
            if (over && lastEnd == 0) {
                lastEnd = System.nanoTime();
                afterFaults.run();
            }
            long healthySince = health.look();
            acts.forEach(act -> act.watch(acts, healthySince));
            boolean recovered = over && acts.stream().allMatch(act -> act.recovered);
            if (recovered && System.nanoTime() - start >= RunPlan.STREAM.toNanos()) {
                break;
            }
            if (over && !recovered && System.nanoTime() - lastEnd > recoveredWithin.toNanos()) {
                findings.add(new Finding(
                        "recovery",
                        "not within " + recoveredWithin.toSeconds() + " s after the last fault: "
                                + acts.stream()
                                        .filter(act -> !act.recovered)
                                        .map(Act::name)
                                        .toList()));
                break;
            }
            if (!over && System.nanoTime() > slowest) {
                findings.add(new Finding("faults", "not over within " + LONGEST_FAULT.toSeconds() + " s"));
                break;
            }
            TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
        }
        acts.stream().map(act -> act.failure).forEach(failure -> {
            if (failure != null) {
                findings.add(new Finding("faults", failure.toString()));
            }
        });
        return acts.stream().map(Act::result).toList();
    }

    /** A fault that is played. */
    private final class Act {
        private final RunPlan.Planned planned;
        private final Thread thread = new Thread(this::play, "fault");
        private volatile boolean begun;
        private volatile boolean over;
        private volatile Effect effect = Effect.NONE;
        private volatile long overAtMillis;
        private volatile @Nullable Exception failure;
        private boolean recovered;
        private boolean mixed;
        private long recoveryMillis = -1;

        Act(RunPlan.Planned planned) {
            this.planned = planned;
        }

        void begin() {
            thread.setDaemon(true);
            thread.start();
        }

        String name() {
            return planned.kind().toString();
        }

        private void play() {
            try {
                TimeUnit.NANOSECONDS.sleep(planned.begins().toNanos());
                LOG.info("{} begins: {}", name(), planned.fault().describe());
                begun = true;
                try {
                    effect = planned.fault().inject(stage);
                    TimeUnit.NANOSECONDS.sleep(planned.fault().lasts().toNanos());
                } finally {
                    effect = effect.and(planned.fault().heal(stage));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.warn("{} could not be played", name(), e);
                failure = e;
            } finally {
                overAtMillis = clock.millis();
                over = true;
                LOG.info("{} is over, with{} effect: {}", name(), effect.any() ? "" : "out", effect.what());
            }
        }

        /** Sees whether all has been well for a while since its end. */
        void watch(List<Act> all, long healthySinceMillis) {
            if (!over || recovered) {
                return;
            }
            mixed |= all.stream().anyMatch(other -> other != this && other.begun && other.overAtMillis > overAtMillis);
            mixed |= all.stream().anyMatch(other -> other != this && other.begun && !other.over);
            if (healthySinceMillis <= clock.millis() - STEADY.toMillis()
                    && overAtMillis <= clock.millis() - STEADY.toMillis()) {
                recovered = true;
                recoveryMillis = Math.max(0, healthySinceMillis - overAtMillis);
                LOG.info("Recovered from {} in {} ms", name(), recoveryMillis);
            }
        }

        /** Its time to recover says nothing of it if another fault was on meanwhile. */
        RunResult.Injected result() {
            return new RunResult.Injected(
                    name(), planned.fault().describe(), mixed ? -1 : recoveryMillis, effect.what(), !effect.any());
        }
    }
}
