package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.Aggregate;
import io.tidemark.model.Dimension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AggregatesFileTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void entriesAreRead() throws IOException {
        Path file = folder.resolve("aggregates.yaml");
        Files.writeString(file, """
                aggregates:
                  - table: hits_by_page   # a comment
                    dimensions: [host, path]
                  - {table: bots, dimensions: [bot], measures: [hits]}
                """);
        assertThat(AggregatesFile.choose(file.toString()))
                .containsExactly(
                        new Aggregate("hits_by_page", List.of(Dimension.HOST, Dimension.PATH), true),
                        new Aggregate("bots", List.of(Dimension.BOT), false));
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
            aggregates: [{table: a, dimensions: [host], window: 5m}]                | entry 1: there is no key "window"; there are table, dimensions, measures
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
