package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DimensionTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /                                    | /
            /a/b?q=1#x                           | /a/b
            /a#x?y                               | /a
            ?q=1                                 | /
            https://shop.example                 | /
            https://shop.example/                | /
            https://shop.example?q               | /
            https://shop.example#x               | /
            https://u:p@shop.example:8443/a/b?q  | /a/b
            HTTP://shop.example/A                | /A
            //shop.example/a                     | //shop.example/a
            shop.example/a                       | shop.example/a
            mailto:a@shop.example                | mailto:a@shop.example
            ://x/y                               | ://x/y
            a:/b                                 | a:/b
            app+x-1.0://shop/a                   | /a
            /ä/ö?ü                               | /ä/ö
            https://ä.example/ö                  | /ö
            """)
    void aPathIsWhatStandsBetweenAuthorityAndQuery(String url, String path) {
        assertThat(Dimension.PATH.of(url)).isEqualTo(path);
    }

    @Test
    void aTextIsWithinItsCapAndEmptyIfUnknown() {
        assertThat(Dimension.PATH.of("/" + "x".repeat(3_000) + "?q")).hasSize(2_000);
        assertThat(Dimension.COUNTRY.of("x\u0000y".repeat(200))).hasSize(255).doesNotContain("\u0000");
        assertThat(Dimension.PATH.of("")).isEqualTo("/");
        for (Dimension each : Dimension.values()) {
            assertThat(each.of(null)).isEmpty();
            assertThat(Dimension.ofCode(each.code())).isEqualTo(each);
        }
    }

    @Test
    void anUnknownDimensionIsToldWithThoseThereAre() {
        assertThatThrownBy(() -> Dimension.ofCode("pth"))
                .hasMessageStartingWith("there is no dimension \"pth\"; there are host, path, referrer, ");
    }
}
