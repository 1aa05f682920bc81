package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a virtual machine tells of its collections of garbage; see JEP 271, unified logging of the collectors. */
public final class GcLog {
    private static final Pattern PAUSE = Pattern.compile("Pause .* ([0-9]+(?:\\.[0-9]+)?)ms$");

    private final Path file;

    /** @param file in the folder that the virtual machine will run in */
    public GcLog(Path file) {
        this.file = file;
    }

    /** For the virtual machine's command line. */
    public String option() {
        return "-Xlog:gc:file=" + file.getFileName();
    }

    /** For how long the program stood still, altogether, in milliseconds; 0 if nothing was logged. */
    public double pauseMillis() throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(PAUSE::matcher)
                    .filter(Matcher::find)
                    .mapToDouble(each -> Double.parseDouble(each.group(1)))
                    .sum();
        }
    }
}
