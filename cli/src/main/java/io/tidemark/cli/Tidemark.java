package io.tidemark.cli;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command itself: help, and what all subcommands share. */
@Command(
        name = "tidemark",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        sortOptions = false,
        showDefaultValues = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            UpCommand.class,
            DownCommand.class,
            CollectCommand.class,
            ImportCommand.class,
            ClusterCommand.class,
            JobCommand.class,
            RollupCommand.class,
            RecomputeCommand.class,
            SqlCommand.class,
            AuditCommand.class,
            RetentionCommand.class,
            ForgetCommand.class,
            CommandLine.HelpCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        description = "Turns the web events of your sites into traffic numbers in your own Postgres.",
        footer = {
            "",
            "Settings come from options, then TIDEMARK_... environment variables (--geo-db is TIDEMARK_GEO_DB),"
                    + " then tidemark.properties or the file of --config (geo-db=...);"
                    + " but for flags, such as --detach, which are given with each call.",
            "Those of Kafka's clients likewise: TIDEMARK_KAFKA_SECURITY_PROTOCOL, then kafka.security.protocol=...",
            "Exit codes: 0 done, 1 failed, 2 wrong usage."
        })
final class Tidemark implements Runnable {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Properties file with settings;%nby default ./tidemark.properties, if there.")
    @Nullable
    Path config;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "Show where a failure comes from.")
    boolean verbose;

    @CommandLine.Spec
    CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        throw new CommandLine.ParameterException(command, "A command is missing");
    }
}
