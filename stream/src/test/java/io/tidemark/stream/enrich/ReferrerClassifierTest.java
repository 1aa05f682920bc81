package io.tidemark.stream.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.EnrichedEvent.Campaign;
import io.tidemark.model.EnrichedEvent.ReferrerSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferrerClassifierTest {
    private static final String SITE = "shop.example";

    private final ReferrerClassifier classifier = new ReferrerClassifier();

    private ReferrerSource classify(String host, String referrer) {
        return classifier.classify(host, referrer, Campaign.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://www.google.com/",
                "http://google.de/search?q=shoes",
                "https://www.google.co.uk/",
                "https://www.google.com.au/",
                "HTTPS://WWW.GOOGLE.FR/",
                "https://duckduckgo.com",
                "https://www.bing.com:443/search",
                "https://search.yahoo.com/search;_ylt=A",
                "https://de.search.yahoo.com/",
                "https://yandex.ru/",
                "https://user:secret@www.ecosia.org/x",
                "https://search.brave.com/"
            })
    void searchEnginesAreKnownWithAnyPrefixCaseAndPort(String referrer) {
        assertThat(classify(SITE, referrer)).isEqualTo(ReferrerSource.SEARCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://m.facebook.com/",
                "https://l.facebook.com/l.php?u=x",
                "https://t.co/abc",
                "https://X.com/post",
                "https://old.reddit.com/r/java",
                "http://plus.google.com/1",
                "https://news.ycombinator.com/item?id=1"
            })
    void socialNetworksAreKnown(String referrer) {
        assertThat(classify(SITE, referrer)).isEqualTo(ReferrerSource.SOCIAL);
    }

    @ParameterizedTest
    @CsvSource({
        "shop.example, https://shop.example/a",
        "shop.example, http://www.shop.example",
        "www.shop.example, https://shop.example/",
        "shop.example:8080, https://SHOP.EXAMPLE:9090/a",
        "shop.example, https://user@shop.example/",
        "[2001:db8::1]:8080, http://[2001:db8::1]/a",
        "www.google.com, https://google.com/",
        "WWW.shop.example, https://shop.example?x",
    })
    void sameSiteIsInternal(String host, String referrer) {
        assertThat(classify(host, referrer)).isEqualTo(ReferrerSource.INTERNAL);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " ", "\t"})
    void noReferrerIsDirect(String referrer) {
        assertThat(classifier.classify(SITE, referrer, Campaign.NONE)).isEqualTo(ReferrerSource.DIRECT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://blog.example/",
                "-",
                "null",
                "about:blank",
                "://",
                "https://",
                "https:///path",
                "https://@/",
                "https://[::1",
                "https://[::1]:x/",
                "https://:80/",
                "https://google.evil.example/",
                "https://notgoogle.com/",
                "https://fedex.com/",
                "https://evil.example/?https://www.google.com/",
                "https://evil.example\\@www.google.com/",
                "https://www.google.com@evil.example/",
                "javascript:alert(1)",
                "https://..../",
                "https://\u0000\uD800/"
            })
    void anythingElseIsOther(String referrer) {
        assertThat(classify(SITE, referrer)).isEqualTo(ReferrerSource.OTHER);
    }

    @Test
    void campaignGoesBeforeAllElse() {
        Campaign campaign = new Campaign("news", null, null, null, null);
        assertThat(classifier.classify(SITE, "https://www.google.com/", campaign))
                .isEqualTo(ReferrerSource.CAMPAIGN);
        assertThat(classifier.classify(SITE, null, campaign)).isEqualTo(ReferrerSource.CAMPAIGN);
    }

    @Test
    void hostOfThousandLabelsIsOther() {
        assertThat(classify(SITE, "https://" + "a.".repeat(1_000) + "b/")).isEqualTo(ReferrerSource.OTHER);
    }
}
