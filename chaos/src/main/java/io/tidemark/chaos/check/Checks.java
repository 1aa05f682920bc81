package io.tidemark.chaos.check;

import io.tidemark.chaos.traffic.Expected;
import java.util.ArrayList;
import java.util.List;

/** Every invariant of the end of a run. */
public final class Checks {
    private static final int LONGEST = 20;

    static final List<Check> ALL = List.of(
            new AccountingCheck(),
            new StoredOnceCheck(),
            new SecondTopicCheck(),
            new RejectedCheck(),
            new RejectedRowsCheck(),
            new WindowsCheck());

    private Checks() {}

    /** All that is not as it must be, of each check the first {@value #LONGEST} differences and how many more. */
    public static List<Finding> run(Expected expected, Evidence found) {
        List<Finding> findings = new ArrayList<>();
        for (Check check : ALL) {
            findings.addAll(shortened(check.name(), check.differences(expected, found)));
        }
        return findings;
    }

    /** The first {@value #LONGEST} differences, and how many more there are. */
    public static List<Finding> shortened(String check, List<String> differences) {
        List<Finding> findings = new ArrayList<>();
        differences.stream().limit(LONGEST).forEach(each -> findings.add(new Finding(check, each)));
        if (differences.size() > LONGEST) {
            findings.add(new Finding(check, "and " + (differences.size() - LONGEST) + " more"));
        }
        return findings;
    }
}
