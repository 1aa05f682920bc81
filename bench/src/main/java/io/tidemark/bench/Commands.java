package io.tidemark.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine;

/** How the commands of this module run. */
public final class Commands {
    private Commands() {}

    /** Runs a command, and ends the process with its exit code; 2 if it failed, with the reason in one line. */
    public static void runAndExit(Callable<Integer> command, String... arguments) {
        System.exit(new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, commandLine, parsed) -> {
                    commandLine.getErr().println(commandLine.getColorScheme().errorText("bench: " + e.getMessage()));
                    return 2;
                })
                .execute(arguments));
    }
}
