package io.tidemark.chaos.report;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run came to; a line of the log.
 *
 * @param at when it began, ISO-8601, UTC
 * @param faults in the order in which they began
 * @param plant the bug that was planted; empty for none
 * @param records sent to the raw topic
 * @param snapshots how often the concurrent reader looked
 * @param phases milliseconds by phase of the run
 * @param findings what did not hold; empty if all did
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RunResult(
        String at,
        long seed,
        List<Injected> faults,
        String plant,
        long records,
        long snapshots,
        long millis,
        Map<String, Long> phases,
        List<String> findings) {
    public RunResult {
        requireNonNull(at, "at is null");
        faults = faults == null ? List.of() : List.copyOf(faults);
        plant = plant == null ? "" : plant;
        phases = phases == null ? new TreeMap<>() : new TreeMap<>(phases);
        findings = findings == null ? List.of() : List.copyOf(findings);
    }

    /** Name of the phase at whose end the jobs work, and after which the faults come; and of the check that they do. */
    public static final String START = "start";

    /**
     * Whether the jobs were at work, so that the faults could come, or had all they needed for that and hung. A machine
     * that is busy with others may not get that far: this then was no run, and says nothing of the jobs.
     */
    public boolean begun() {
        return phases.containsKey(START) || findings.stream().anyMatch(each -> each.startsWith(START + ": "));
    }

    /** Whether every invariant held. */
    public boolean passed() {
        return findings.isEmpty();
    }

    /** Whether any of its faults did anything; of a run that has none, too. */
    public boolean hadEffect() {
        return faults.isEmpty() || faults.stream().anyMatch(fault -> !fault.withoutEffect());
    }

    /**
     * A fault of the run.
     *
     * @param name of its kind
     * @param what it was to do, for people
     * @param recoveryMillis from its end until the pipeline had caught up; -1 if it did not
     * @param effect what it did, or why it did nothing, for people; empty in older logs
     * @param withoutEffect whether it is known to have done nothing
     */
    public record Injected(String name, String what, long recoveryMillis, String effect, boolean withoutEffect) {
        public Injected {
            requireNonNull(name, "name is null");
            requireNonNull(what, "what is null");
            effect = effect == null ? "" : effect;
        }
    }
}
