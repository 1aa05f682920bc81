package io.tidemark.rollup;

import io.tidemark.store.StoreException;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** What the programs of the jar share: where Spark's log goes, and how they say what went wrong. */
final class Program {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private static final String LOG_SETTINGS = "log4j2.configurationFile";

    private Program() {}

    /**
     * Runs it, and ends the process.
     *
     * @param told asked whether a program reads what it says
     */
    static void end(Callable<Integer> program, BooleanSupplier told, String... args) {
        // Spark's own start scripts set up its log.
        if (System.getProperty("SPARK_SUBMIT") == null && System.getProperty(LOG_SETTINGS) == null) {
            System.setProperty(LOG_SETTINGS, "classpath:tidemark-rollup-log4j2.xml");
        }
        System.exit(new CommandLine(program)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command, told))
                .setParameterExceptionHandler((e, words) -> wrongUsage(e, told))
                .execute(args));
    }

    private static int failed(Exception e, CommandLine command, BooleanSupplier told) {
        LoggerFactory.getLogger(Program.class).error("{} failed", command.getCommandName(), e);
        Throwable cause = e;
        while (cause.getCause() != null && !(cause instanceof StoreException)) {
            cause = cause.getCause();
        }
        say(command, told, cause.getMessage() == null ? cause.toString() : cause.getMessage());
        return FAILED;
    }

    private static int wrongUsage(CommandLine.ParameterException e, BooleanSupplier told) {
        say(e.getCommandLine(), told, String.valueOf(e.getMessage()));
        return WRONG_USAGE;
    }

    private static void say(CommandLine command, BooleanSupplier told, String message) {
        if (told.getAsBoolean()) {
            command.getOut().println("@failed " + message.replace('\n', ' '));
        } else {
            command.getErr().println("tidemark-rollup: " + message);
        }
    }
}
