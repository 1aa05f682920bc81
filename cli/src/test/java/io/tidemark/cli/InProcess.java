package io.tidemark.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** What a command line did that ran in this process: much faster than in one of its own. */
public record InProcess(int exitCode, String out, String err) {

    /** Runs the words after {@code tidemark}. */
    public static InProcess tidemark(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new Tidemark())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        int exitCode = Main.configured(command, java.util.Map.of(), words).execute(words);
        return new InProcess(exitCode, out.toString(), err.toString());
    }
}
