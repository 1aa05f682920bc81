package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import io.tidemark.model.SlicedWindows;
import io.tidemark.model.TumblingWindows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AggregatesFileTest {
    @TempDir
    private Path folder = Path.of("");

    private static Aggregate hosts(String table) {
        return new Aggregate(table, List.of(Dimension.HOST), true);
    }

    @Test
    void windowsThatAreNotMadeOfTheJobsAreToldWithTheTable() {
        assertThatThrownBy(() -> Aggregate.requireMadeOf(
                        TumblingWindows.of(Duration.ofMinutes(5)),
                        List.of(hosts("a"), hosts("b").in(SlicedWindows.tumble(Duration.ofMinutes(12))))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("table \"b\": window {tumble: 12m}: 12m is no multiple of --window 5m");
    }

    @Test
    void entriesAreRead() throws IOException {
        Path file = folder.resolve("aggregates.yaml");
        Files.writeString(file, """
                aggregates:
                  - table: hits_by_page   # a comment
                    dimensions: [host, path]
                  - {table: bots, dimensions: [bot], measures: [hits]}
                  - {table: hours, dimensions: [host], window: {tumble: 1h}}
                  - table: moving
                    dimensions: [host]
                    window:
                      hop: {size: 1h, every: 5m}
                  - {table: today, dimensions: [host], window: {cumulate: {size: 1d, every: 1h}}}
                """);
        assertThat(AggregatesFile.choose(file.toString()))
                .containsExactly(
                        new Aggregate("hits_by_page", List.of(Dimension.HOST, Dimension.PATH), true),
                        new Aggregate("bots", List.of(Dimension.BOT), false),
                        hosts("hours").in(SlicedWindows.tumble(Duration.ofHours(1))),
                        hosts("moving").in(SlicedWindows.hop(Duration.ofHours(1), Duration.ofMinutes(5))),
                        hosts("today").in(SlicedWindows.cumulate(Duration.ofDays(1), Duration.ofHours(1))));
        assertThat(AggregatesFile.choose("default")).isEqualTo(Aggregate.DEFAULTS);
        assertThat(AggregatesFile.choose("none")).isEmpty();
        assertThat(AggregatesFile.parse("aggregates: []")).isEmpty();
    }

    @Test
    void aFileThatIsMissingIsNamed() {
        assertThatThrownBy(() -> AggregatesFile.choose(folder.resolve("no.yaml").toString()))
                .hasMessageContaining("no.yaml: there is no such file; give one, or default or none");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                                                                      | a list under the one key "aggregates" is needed
            []                                                                      | a list under the one key "aggregates" is needed
            aggregates: 5                                                           | a list under the one key "aggregates" is needed
            {aggregates: [], more: 1}                                               | a list under the one key "aggregates" is needed
            aggregates: [                                                           | not valid YAML
            aggregates: [5]                                                         | entry 1: has no keys
            aggregates: [{dimensions: [host]}]                                      | entry 1: table is missing
            aggregates: [{table: a, dimensions: [host]}, {table: b}]                | entry 2: table "b": dimensions is to be a list
            aggregates: [{table: a, dimensions: host}]                              | entry 1: table "a": dimensions is to be a list, e.g. dimensions: [host, path]
            aggregates: [{table: a, dimensions: [pth]}]                             | entry 1: table "a": there is no dimension "pth"; there are host, path
            aggregates: [{table: a, dimensions: [host], measures: [visits]}]        | entry 1: table "a": there is no measure "visits"; there are hits, visitors
            aggregates: [{table: a, dimensions: [host], measures: [visitors]}]      | entry 1: table "a": hits are always counted
            aggregates: [{table: a, dimensions: [host], windows: 5m}]               | entry 1: there is no key "windows"; there are table, dimensions, measures, window
            aggregates: [{table: a, dimensions: [host], window: 5m}]                | entry 1: table "a": window: must be one of {tumble: 1h}, {hop: {size: 1h, every: 5m}} or {cumulate: {size: 1d, every: 1h}}; was "5m"
            aggregates: [{table: a, dimensions: [host], window: {hop: 5m}}]         | entry 1: table "a": window: must be one of
            aggregates: [{table: a, dimensions: [host], window: {tumble: 1h, hop: {size: 1h, every: 5m}}}] | entry 1: table "a": window: must be one of
            aggregates: [{table: a, dimensions: [host], window: {tumble: 1 hour}}]  | entry 1: table "a": window: tumble must be a duration such as 5m, 10s, 1h30m or 500ms; was "1 hour"
            aggregates: [{table: a, dimensions: [host], window: {tumble: 0s}}]      | entry 1: table "a": window: durations must be positive
            aggregates: [{table: a, dimensions: [host], window: {hop: {size: 1h}}}] | entry 1: table "a": window: size and every are needed, and nothing else
            aggregates: [{table: a, dimensions: [host], window: {hop: {size: 1h, step: 5m}}}] | entry 1: table "a": window: size and every are needed, and nothing else
            aggregates: [{table: a, dimensions: [host], window: {hop: {size: 1h, every: 7m}}}] | entry 1: table "a": window: size must be a multiple of every, e.g. size: 1h, every: 5m; was 1h and 7m
            aggregates: [{table: a, dimensions: [host], window: {cumulate: {size: 5m, every: 1h}}}] | entry 1: table "a": window: size must be a multiple of every
            aggregates: [{table: a, dimensions: [host], window: {hop: {size: 30d, every: 1s}}}] | entry 1: table "a": window: size may be at most 2,000 times every
            aggregates: [{table: a, dimensions: [host, host]}]                      | entry 1: table "a" has a dimension twice
            aggregates: [{table: A, dimensions: [host]}]                            | entry 1: table "A": a name is
            aggregates: [{table: a, dimensions: [host]}, {table: a, dimensions: [os]}] | table "a" is there twice
            """)
    void whatIsWrongIsToldWithTheEntry(String yaml, String message) {
        assertThatThrownBy(() -> AggregatesFile.parse(yaml))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
