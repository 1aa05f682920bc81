package io.tidemark.chaos.fault;

import java.time.Duration;

/** Something that goes wrong for a while. Never helps the pipeline up again: that is its own, or its supervisor's, to do. */
public interface Fault {
    /** What it does, with what was chosen from the seed, for people. */
    String describe();

    /** How long between its beginning and its end. */
    Duration lasts();

    /** Begins; tells what came of it so far. */
    Effect inject(Stage stage) throws Exception;

    /** Ends it, also if it could not begin; tells what else came of it. */
    Effect heal(Stage stage) throws Exception;
}
