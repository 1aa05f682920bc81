package io.tidemark.cli;

import io.tidemark.cli.jobs.JobKind;
import io.tidemark.collect.accesslog.LogFormat;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.enrich.IpPolicy;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of the {@code tidemark} command. */
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private Main() {}

    /** Whether the process is ending by a signal: what fails then fails because of that. */
    private static volatile boolean ending;

    public static void main(String[] args) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ending = true, "note-the-end"));
        // Some libraries log by the JDK's own means, which go to the terminal.
        LogManager.getLogManager().reset();
        System.exit(run(args));
    }

    /** Runs a command line and returns its exit code. */
    static int run(String... args) {
        CommandLine command = new CommandLine(new Tidemark());
        return configured(command, System.getenv(), args).execute(args);
    }

    /** The command line with everything but its streams set. */
    static CommandLine configured(CommandLine command, Map<String, String> environment, String... args) {
        command.registerConverter(Duration.class, new DurationConverter());
        command.registerConverter(LogFormat.class, new Choice<>(LogFormat.class));
        command.registerConverter(TimeCharacteristic.class, new Choice<>(TimeCharacteristic.class));
        command.registerConverter(IpPolicy.class, new Choice<>(IpPolicy.class));
        command.registerConverter(SessionChoice.class, new Choice<>(SessionChoice.class));
        command.registerConverter(JobKind.class, new Choice<>(JobKind.class));
        command.setUsageHelpAutoWidth(true);
        command.setParameterExceptionHandler((e, words) -> wrongUsage(e));
        command.setExecutionExceptionHandler((e, failed, parsed) -> failed(e, failed));
        Settings settings;
        try {
            settings = Settings.read(args, environment, command);
        } catch (IllegalArgumentException e) {
            command.setExecutionStrategy(parsed -> {
                command.getErr().println("tidemark: " + e.getMessage());
                return WRONG_USAGE;
            });
            return command;
        }
        command.setDefaultValueProvider(settings);
        return command;
    }

    private static int wrongUsage(CommandLine.ParameterException e) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        String source = command.getDefaultValueProvider() instanceof Settings settings
                ? settings.source(e.getArgSpec(), e.getValue())
                        .map(from -> " (from " + from + ")")
                        .orElse("")
                : "";
        err.println("tidemark: " + message(e) + source);
        err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'");
        return WRONG_USAGE;
    }

    /** picocli's message, but for those of our own, which begin with the option's name. */
    private static String message(CommandLine.ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched
                && e.getCommandLine().getParent() == null
                && !unmatched.getUnmatched().get(0).startsWith("-")) {
            return "no such command: %s; there are: %s"
                    .formatted(
                            unmatched.getUnmatched().get(0),
                            String.join(
                                    ", ", e.getCommandLine().getSubcommands().keySet()));
        }
        if (e.getCause() instanceof TypeConversionException refused && e.getArgSpec() != null) {
            String name = e.getArgSpec() instanceof OptionSpec option
                    ? option.longestName()
                    : e.getArgSpec().paramLabel();
            return name + " " + refused.getMessage();
        }
        return String.valueOf(e.getMessage());
    }

    private static int failed(Exception e, CommandLine command) {
        LoggerFactory.getLogger(Main.class).error("{} failed", command.getCommandName(), e);
        if (ending) {
            return FAILED;
        }
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        command.getErr().println("tidemark: " + message.strip());
        if (command.getCommandSpec().root().userObject() instanceof Tidemark tidemark && tidemark.verbose) {
            e.printStackTrace(command.getErr());
        }
        return FAILED;
    }
}
