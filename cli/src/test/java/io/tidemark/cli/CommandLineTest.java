package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

class CommandLineTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpAndVersionAreDone() {
        assertThat(run(Map.of(), "--help")).isEqualTo(Main.DONE);
        assertThat(out.toString()).contains("Usage: tidemark", "up ", "down ", "import ", "sql ");
        assertThat(run(Map.of(), "--version")).isEqualTo(Main.DONE);
        assertThat(out.toString()).contains("tidemark ");
    }

    @Test
    void helpOfACommandShowsDefaults() {
        assertThat(run(Map.of(), "import", "--help")).isEqualTo(Main.DONE);
        assertThat(out.toString()).contains("Default: web-events", "Default: ./tidemark-data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "run",
                "up",
                "down",
                "collect",
                "import",
                "job",
                "rollup",
                "recompute",
                "sql",
                "audit",
                "retention",
                "forget"
            })
    void helpNamesNoEmptyDefaultAndSplitsNoPath(String command) {
        assertThat(run(Map.of(), command, "--help")).isEqualTo(Main.DONE);
        assertThat(out.toString())
                .doesNotContain("Default: []", "Default: \n", "<")
                .contains("by default ./tidemark.properties, if there.");
    }

    @ParameterizedTest
    @CsvSource({"999,10,''", "5000,0.9,''", "5000,2,' (2,500 lines/s)'"})
    void rateIsLeftOutWhereItSaysNothing(long count, double seconds, String shown) {
        assertThat(Rate.show(count, seconds, " lines/s")).isEqualTo(shown);
    }

    @Test
    void printsCompletionForShells() {
        assertThat(run(Map.of(), "generate-completion")).isEqualTo(Main.DONE);
        assertThat(out.toString()).contains("complete -F");
    }

    @ParameterizedTest
    @ValueSource(strings = {"frobnicate", "up --partitions many", "sql", "down --nonsense"})
    void wrongUsageIsSaidInOneLineAndExitsWithTwo(String words) {
        assertThat(run(Map.of(), words.split(" ", -1))).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString().lines()).hasSize(2).first().asString().startsWith("tidemark: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run x.log --window 0s        | --window must be positive, e.g. 5m; was "0s"
            retention --events 0d        | --events must be whole days such as 90d, at least 1d, or off; was "0d"
            retention --events 36h       | --events must be whole days such as 90d, at least 1d, or off; was "36h"
            retention --windows never    | --windows must be whole days such as 90d, at least 1d, or off; was "never"
            retention --windows 30d      | --events, --windows: windows must be kept for at least as long as events, of which a late one would make them anew; was 30d, and events 90d
            retention --events off --windows 400d | --events, --windows: windows must be kept for at least as long as events, of which a late one would make them anew; was 400d, and events off (for ever)
            forget                       | Name either a --visitor or an --ip
            forget --visitor 0123456789abcdef --ip 192.0.2.1 | Name either a --visitor or an --ip
            forget --visitor me          | --visitor must be a visitor_id of 16 hexadecimal digits, such as 0123456789abcdef; was "me"
            forget --ip example.org      | --ip must be an IPv4 or IPv6 address, such as 192.0.2.7 or 2001:db8::7; was "example.org"
            demo --for 0s                | --for must be positive, e.g. 5m; was "0s"
            demo --rate 0                | --rate must be a whole number between 1 and 999999999; was "0"
            up --partitions -1           | --partitions must be a whole number between 1 and 999999999; was "-1"
            job enrich --parallelism 1.5 | --parallelism must be a whole number between 1 and 999999999; was "1.5"
            run x.log --geo-db no.mmdb   | --geo-db no.mmdb: there is no such file
            demo --aggregates no.yaml    | --aggregates no.yaml: there is no such file; give one, or default or none
            job aggregate --aggregates pom.xml | --aggregates pom.xml: a list under the one key "aggregates" is needed
            run x.log --ip some          | --ip must be one of truncate, keep, drop; was "some"
            demo --geo-db pom.xml        | --geo-db pom.xml is no MMDB file, such as GeoLite2-City.mmdb once it is unpacked
            import x.log --format xml    | --format must be one of auto, combined, common, vhost, json; was "xml"
            job count                    | JOB must be one of enrich, aggregate, session; was "count"
            demo --sessions all          | --sessions must be one of visitor, ip, none; was "all"
            job session --gap 0s         | --gap must be positive, e.g. 5m; was "0s"
            job session --sessions none  | --sessions none leaves the session job nothing to do; use visitor or ip
            """)
    void wrongValueIsWrongUsageThatNamesOptionAndValue(String words, String message) {
        assertThat(run(Map.of(), words.split(" +", -1))).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString().lines()).first().isEqualTo("tidemark: " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "import"})
    void missingLogIsSaidBeforeAnythingStarts(String command) {
        Path data = folder.resolve("data");
        assertThat(run(Map.of(), command, "--data", data.toString(), "no.log")).isEqualTo(Main.FAILED);
        assertThat(err.toString().lines()).containsExactly("tidemark: Cannot read no.log: there is no such file");
        assertThat(data).doesNotExist();
    }

    @Test
    void unknownCommandIsSaidWithThoseThereAre() {
        assertThat(run(Map.of(), "frobnicate")).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString()).startsWith("tidemark: no such command: frobnicate; there are: demo, run, up, ");
    }

    @Test
    void noCommandIsWrongUsage() {
        assertThat(run(Map.of())).isEqualTo(Main.WRONG_USAGE);
    }

    @Test
    void failureIsSaidInOneLineAndExitsWithOne() {
        Path nothing = folder.resolve("nothing");
        assertThat(run(Map.of(), "sql", "--data", nothing.toString(), "select 1"))
                .isEqualTo(Main.FAILED);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("tidemark: There are no results in " + nothing);
        assertThat(nothing).doesNotExist();
    }

    @Test
    void verboseShowsWhereAFailureComesFrom() {
        assertThat(run(
                        Map.of(),
                        "sql",
                        "--verbose",
                        "--data",
                        folder.resolve("x").toString(),
                        "select 1"))
                .isEqualTo(Main.FAILED);
        assertThat(err.toString()).contains("\tat io.tidemark.cli.");
    }

    @Test
    void downWithNothingRunningIsDone() {
        assertThat(run(Map.of(), "down", "--data", folder.toString())).isEqualTo(Main.DONE);
        assertThat(out.toString()).isEqualTo("Nothing runs on %s%n".formatted(folder));
    }

    @Test
    void environmentSetsAnOptionThatIsNotGiven() {
        Map<String, String> environment =
                Map.of("TIDEMARK_DATA", folder.resolve("env").toString());
        assertThat(run(environment, "down")).isEqualTo(Main.DONE);
        assertThat(out.toString()).contains("env");
    }

    @Test
    void optionComesBeforeEnvironmentAndEnvironmentBeforeFile() throws Exception {
        Path file = Files.writeString(folder.resolve("my.properties"), "data = from-file\n");
        Map<String, String> environment = Map.of("TIDEMARK_DATA", "from-environment");
        run(Map.of(), "down", "--config", file.toString());
        assertThat(out.toString()).contains("from-file");
        run(environment, "down", "--config", file.toString());
        assertThat(out.toString()).contains("from-environment");
        run(environment, "down", "--config", file.toString(), "--data", "from-option");
        assertThat(out.toString()).contains("from-option");
    }

    @Test
    void wrongValueFromTheEnvironmentNamesItsVariable() {
        assertThat(run(Map.of("TIDEMARK_PARTITIONS", "many"), "up")).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString()).contains("\"many\"", "--partitions must be", "(from TIDEMARK_PARTITIONS)");
    }

    @Test
    void unknownSettingInAFileIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("my.properties"), "windo = 5m\n");
        assertThat(run(Map.of(), "down", "--config", file.toString())).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString()).contains(file.toString(), "\"windo\"", "bootstrap", "kafka.…");
    }

    @Test
    void missingSettingsFileIsNamed() {
        Path file = folder.resolve("none.properties");
        assertThat(run(Map.of(), "down", "--config", file.toString())).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString())
                .isEqualTo(
                        "tidemark: Cannot read settings from %s (there is no such file or folder)%n".formatted(file));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up --detach",
                "cluster start --foreground",
                "import x.log --follow",
                "job enrich --bounded",
                "job enrich --fresh",
                "job enrich --if-absent",
                "sql select --csv",
                "audit --deep",
                "audit --json",
                "down --verbose"
            })
    void aFlagIsTrueIfItIsGivenAndFalseIfNotWhateverIsSet(String words) throws Exception {
        String flag = words.substring(words.indexOf("--") + 2);
        Map<String, String> environment =
                Map.of("TIDEMARK_" + flag.toUpperCase(Locale.ROOT).replace('-', '_'), "true");
        assertThat(flag(environment, words, flag)).isEqualTo(true);
        assertThat(flag(environment, words.substring(0, words.indexOf(" --")), flag))
                .isEqualTo(false);
        Path file = Files.writeString(folder.resolve("my.properties"), flag + " = true\n");
        assertThat(run(Map.of(), "down", "--config", file.toString())).isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString()).contains("\"" + flag + "\", which is no setting");
    }

    private static Object flag(Map<String, String> environment, String line, String flag) {
        String[] words = line.split(" ", -1);
        CommandLine command = Main.configured(new CommandLine(new Tidemark()), environment, words);
        List<CommandLine> commands = command.parseArgs(words).asCommandLineList();
        return commands.get(commands.size() - 1)
                .getCommandSpec()
                .findOption("--" + flag)
                .getValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"up --detach", "--verbose up --detach=true --partitions 3", "up --detach=false"})
    void theStackInTheBackgroundIsNotStartedDetachedAgain(String line) {
        String[] words = line.split(" ", -1);
        CommandLine command = Main.configured(new CommandLine(new Tidemark()), Map.of(), words);
        CommandLine up = command.parseArgs(words).subcommand().commandSpec().commandLine();
        List<String> again = OwnCommand.line(up, "--detach", false);
        assertThat(again.get(again.size() - 1)).isEqualTo("--detach=false");
        assertThat(again).filteredOn(word -> word.startsWith("--detach")).hasSize(1);
        assertThat(again)
                .containsAll(Arrays.stream(words)
                        .filter(word -> !word.startsWith("--detach"))
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            127.0.0.1:1           | Flink at 127.0.0.1:1 does not answer; is it running?
            http://127.0.0.1:8081 | Flink's address must be host:port of its REST endpoint, such as localhost:8081; was "http://127.0.0.1:8081"
            """)
    void aFlinkThatDoesNotAnswerIsNamed(String flink, String message) {
        String data = folder.toString();
        assertThat(run(Map.of(), "job", "status", "--flink", flink, "--data", data))
                .isEqualTo(Main.FAILED);
        assertThat(err.toString().lines()).containsExactly("tidemark: " + message);
    }

    @ParameterizedTest
    @CsvSource({"5m,PT5M", "10s,PT10S", "1h30m,PT1H30M", "500ms,PT0.5S", "2d,PT48H", "0s,PT0S"})
    void durationsAreReadAsPeopleWriteThem(String text, Duration expected) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "m", "-5m", "5 m", "5m 3", "1s1m", "99999999999s"})
    void otherDurationsAreRefusedWithExamples(String text) {
        assertThatThrownBy(() -> new DurationConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("such as 5m")
                .hasMessageContaining("\"" + text + "\"");
    }

    private int run(Map<String, String> environment, String... words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = new CommandLine(new Tidemark());
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return Main.configured(command, environment, words).execute(words);
    }
}
