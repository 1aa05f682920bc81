package io.tidemark.chaos.check;

import io.tidemark.chaos.traffic.Expected;
import java.util.List;

/** An invariant of what is there once all has been worked off. */
public interface Check {
    /** Short, such as {@code windows}. */
    String name();

    /** What is not as it must be; empty if all is. */
    List<String> differences(Expected expected, Evidence found);
}
