package io.tidemark.chaos.fault;

import java.time.Duration;

/** Something that goes wrong for a while. Never helps the pipeline up again: that is its own, or its supervisor's, to do. */
public interface Fault {
    /** What it does, with what was chosen from the seed, for people. */
    String describe();

    /** How long between its beginning and its end. */
    Duration lasts();

    /** Begins. */
    void inject(Stage stage) throws Exception;

    /** Ends it; also if it could not begin. */
    void heal(Stage stage) throws Exception;
}
