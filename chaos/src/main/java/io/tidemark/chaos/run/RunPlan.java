package io.tidemark.chaos.run;

import io.tidemark.chaos.fault.Fault;
import io.tidemark.chaos.fault.FaultKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What happens in a run; all of it follows from the seed and the kinds of faults.
 *
 * @param parallelism of both jobs at their start
 * @param window size of the windows
 * @param perSecond records sent
 * @param faults in the order in which they begin
 */
public record RunPlan(
        long seed, List<FaultKind> kinds, int parallelism, Duration window, int perSecond, List<Planned> faults) {
    /** Records are sent for that long at least, counted from when the jobs run. */
    static final Duration STREAM = Duration.ofSeconds(7);

    private static final Duration FIRST_FAULT = Duration.ofMillis(500);
    private static final Duration LAST_FAULT = Duration.ofSeconds(5);
    private static final int MOST_FAULTS = 3;

    public RunPlan {
        kinds = List.copyOf(kinds);
        faults = List.copyOf(faults);
    }

    /** A fault, and when it begins, counted from when the jobs run. */
    public record Planned(FaultKind kind, Fault fault, Duration begins) {}

    /** The plan of a run with just those faults. */
    public static RunPlan of(long seed, List<FaultKind> kinds) {
        SplittableRandom random = new SplittableRandom(mix(seed, 0));
        int parallelism = kinds.contains(FaultKind.RESCALE) ? 1 : random.nextInt(1, 3);
        Duration window = Duration.ofSeconds(random.nextInt(5, 8));
        int perSecond = random.nextInt(200, 500);
        List<Planned> faults = new ArrayList<>();
        for (int i = 0; i < kinds.size(); i++) {
            SplittableRandom own = new SplittableRandom(mix(seed, i + 1));
            Duration begins = Duration.ofMillis(own.nextLong(FIRST_FAULT.toMillis(), LAST_FAULT.toMillis()));
            faults.add(new Planned(kinds.get(i), kinds.get(i).make(own), begins));
        }
        faults.sort(Comparator.comparing(Planned::begins));
        return new RunPlan(seed, kinds, parallelism, window, perSecond, faults);
    }

    /** The plan of the n-th run of an invocation: each kind in turn, with up to two others chosen by its seed. */
    static RunPlan nth(long seed, int index, List<FaultKind> chosen) {
        long own = nthSeed(seed, index);
        if (!chosen.isEmpty()) {
            return of(own, chosen);
        }
        SplittableRandom random = new SplittableRandom(mix(own, -1));
        FaultKind[] all = FaultKind.values();
        List<FaultKind> kinds = new ArrayList<>();
        int offset = new SplittableRandom(seed).nextInt(all.length);
        kinds.add(all[(index + offset) % all.length]);
        int count = 1 + random.nextInt(MOST_FAULTS);
        while (kinds.size() < count) {
            kinds.add(all[random.nextInt(all.length)]);
        }
        return of(own, kinds);
    }

    /** Of the first run it is the invocation's own, so that a single run can be repeated by its seed. */
    static long nthSeed(long seed, int index) {
        return index == 0 ? seed : new SplittableRandom(mix(seed, 0) + index).nextLong() >>> 16;
    }

    private static long mix(long seed, int salt) {
        return new SplittableRandom(seed * 31 + salt).nextLong();
    }

    /** The kinds as the command line takes them. */
    public String faultNames() {
        return kinds.stream().map(FaultKind::toString).collect(Collectors.joining("+"));
    }
}
