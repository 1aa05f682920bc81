package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.EnrichedEvent.Campaign;
import io.tidemark.model.TextCap;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CampaignParserTest {
    @Test
    void allFiveParametersAreRead() {
        assertThat(CampaignParser.parse("https://shop.example/a?utm_source=news&utm_medium=email&utm_campaign=spring"
                        + "&utm_term=shoes&utm_content=top"))
                .isEqualTo(new Campaign("news", "email", "spring", "shoes", "top"));
    }

    @Test
    void otherParametersAroundThemDoNotMatter() {
        assertThat(CampaignParser.parse("/a?x=1&utm_medium=cpc&&y#part"))
                .isEqualTo(new Campaign(null, "cpc", null, null, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?",
                "/",
                "/utm_source=x",
                "/?",
                "/?utm_source",
                "/?utm_source=",
                "/?utm_source=&utm_source=later",
                "/?xutm_source=x",
                "/?utm_sources=x",
                "/?a=1#utm_source=x",
                "/?utm_source=%00",
                "/#utm_source=x",
                "/?&&&=&utm_"
            })
    void urlWithoutThemHasNoCampaign(String url) {
        assertThat(CampaignParser.parse(url)).isSameAs(Campaign.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "/?utm_source=a+b, a b",
        "/?utm_source=a%20b, a b",
        "/?utm_source=%E2%82%AC, €",
        "/?utm_source=100%, 100%",
        "/?utm_source=%zz, %zz",
        "/?utm_source=%, %",
        "/?utm_source=a=b, a=b",
        "/?utm_source=first&utm_source=second, first",
        "/?utm_source=%FF, \uFFFD",
        "/?utm_source=a%00b, ab",
    })
    void valuesAreDecodedWherePossible(String url, String source) {
        assertThat(CampaignParser.parse(url).source()).isEqualTo(source);
    }

    @Test
    void longValueIsCutToItsCap() {
        String source =
                CampaignParser.parse("/?utm_source=" + "%C3%A9".repeat(5_000)).source();
        assertThat(requireNonNull(source).getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThanOrEqualTo(TextCap.NAME.maxBytes());
        assertThat(source).matches("é+");
    }
}
