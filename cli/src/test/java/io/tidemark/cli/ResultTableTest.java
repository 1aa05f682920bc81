package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {
    private final StringWriter out = new StringWriter();
    private final ResultTable table = new ResultTable(new PrintWriter(out));

    @Test
    void alignsNumbersRightAndShowsNull() {
        table.columns(List.of("host", "num_hits"));
        table.rows(List.of(Arrays.asList("a.example", "7"), Arrays.asList(null, "1234")));
        table.end(2);
        assertThat(out.toString().lines())
                .containsExactly(
                        " host      | num_hits",
                        "-----------+----------",
                        " a.example |        7",
                        " NULL      |     1234",
                        "(2 rows)");
    }

    @Test
    void resultWithoutRowsHasItsHeader() {
        table.columns(List.of("host"));
        table.end(0);
        assertThat(out.toString().lines()).containsExactly(" host", "------", "(0 rows)");
    }

    @Test
    void noControlCharacterOfTheDataReachesTheTerminal() {
        table.columns(List.of("url"));
        table.rows(List.of(List.of("\u001b[31m \u009b31m \u007f \u202e")));
        table.end(1);
        assertThat(out.toString().lines()).element(2).isEqualTo("  [31m  31m");
    }

    @Test
    void wideCellIsCutAndStaysOnItsLine() {
        table.columns(List.of("url"));
        table.rows(List.of(List.of("first\nsecond" + "x".repeat(100))));
        table.end(1);
        assertThat(out.toString().lines())
                .hasSize(4)
                .element(2)
                .asString()
                .startsWith(" first second")
                .endsWith("…")
                .hasSize(61);
    }
}
