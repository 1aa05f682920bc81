package io.tidemark.cli;

import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.rollup.RollupProgram;
import io.tidemark.cli.rollup.RollupSchedule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;

/** How often the stack rolls up by itself. */
final class AutomaticRollups {
    /** Heap of Spark's process. */
    static final String MEMORY = "1g";

    /** Name of the file that takes what Spark says. */
    static final String LOG = "rollup.log";

    private AutomaticRollups() {}

    /** A pause as it is given on the command line; zero for {@code off}. */
    static final class Pause implements ITypeConverter<Duration> {
        private final PositiveDuration durations = new PositiveDuration();

        @Override
        public Duration convert(String value) {
            return value.strip().equals("off") ? Duration.ZERO : durations.convert(value);
        }
    }

    /**
     * Rolls up on a stack until it ends, but for a pause of zero.
     *
     * @return what to do before the stack is closed
     */
    static Runnable start(Stack stack, Duration pause) {
        if (pause.isZero()) {
            return () -> {};
        }
        RollupProgram.Request request = new RollupProgram.Request(
                stack.store(),
                List.of(),
                null,
                Map.of(),
                MEMORY,
                stack.layout().logs().resolve(LOG));
        RollupSchedule schedule = RollupSchedule.start(RollupProgram.find(), request, pause);
        return schedule::close;
    }
}
