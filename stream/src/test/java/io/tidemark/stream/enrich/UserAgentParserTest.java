package io.tidemark.stream.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.EnrichedEvent.Client;
import io.tidemark.testkit.TestData;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserAgentParserTest {
    /** Of the real agents in the list; measured 88.8 %. */
    private static final double BOTS_FOUND_AT_LEAST = 0.88;

    private final UserAgentParser parser = UserAgentParser.shared();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 | Desktop | Chrome  | Windows NT
            Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0                                          | Desktop | Firefox | Linux
            Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1 | Phone | Safari | iOS
            Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1 | Tablet | Safari | iOS
            Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36 | Phone | Chrome | Android
            """)
    void commonBrowsersAreNamed(String userAgent, String device, String browser, String os) {
        assertThat(parser.parse(userAgent)).isEqualTo(new Client(device, browser, os, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{", "a (", "(a; [b; "})
    void bracketsWithoutEndStayUnknownHoweverSmallTheStackIs(String piece) throws Exception {
        String agent = "Deep/1.0 " + piece.repeat(2_000 / piece.length());
        AtomicReference<Client> found = new AtomicReference<>();
        Thread thread = new Thread(null, () -> found.set(parser.parse(agent)), "small-stack", 160 * 1024);
        thread.start();
        thread.join();
        assertThat(found.get()).isEqualTo(Client.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_1) AppleWebKit/600.2.5 (KHTML, like Gecko) Version/8.0.2"
                        + " Safari/600.2.5 (Applebot/0.1)",
                "curl/7.64.1",
                "python-requests/2.31.0",
                "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/"
            })
    void robotsAndToolsAreBots(String userAgent) {
        assertThat(parser.parse(userAgent).bot()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:34.0) Gecko/20100101 Firefox/34.0",
                "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
                "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; .NET CLR 1.1.4322)",
                "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0)",
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                        + " Version/17.1 Safari/605.1.15",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0"
                        + " Safari/537.36 Edg/120.0.2210.91",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0"
                        + " Safari/537.36 OPR/105.0.0.0",
                "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18",
                "Opera/9.80 (Android; Opera Mini/7.5.33361/31.1543; U; en) Presto/2.8.119 Version/11.1010",
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0"
                        + " Safari/537.36",
                "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
                "Mozilla/5.0 (Linux; Android 10; SM-G973F) AppleWebKit/537.36 (KHTML, like Gecko)"
                        + " SamsungBrowser/20.0 Chrome/106.0.5249.126 Mobile Safari/537.36",
                "Mozilla/5.0 (Linux; U; Android 4.0.3; ko-kr; LG-L160L Build/IML74K) AppleWebkit/534.30 (KHTML, like"
                        + " Gecko) Version/4.0 Mobile Safari/534.30",
                "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko)"
                        + " Chrome/88.0.4324.152 Mobile Safari/537.36",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                        + " CriOS/119.0.6045.109 Mobile/15E148 Safari/604.1",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                        + " Mobile/15E148 [FBAN/FBIOS;FBDV/iPhone12,1;FBMD/iPhone;FBSN/iOS;FBSV/15.6;FBLC/en_US]",
                "Mozilla/5.0 (Linux; Android 12; SM-A525F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
                        + " Chrome/110.0.5481.65 Mobile Safari/537.36 Instagram 271.0.0.20.93 Android",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0"
                        + " YaBrowser/23.9.0 Safari/537.36",
                "Mozilla/5.0 (Windows; U; Windows NT 5.1; en-US; rv:1.8.1.6) Gecko/20070725 Firefox/2.0.0.6",
                "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko)"
                        + " 76.0.3809.146/6.0 TV Safari/537.36"
            })
    void realBrowsersAreNoBots(String userAgent) {
        assertThat(parser.parse(userAgent).bot()).isFalse();
    }

    @Test
    void nearlyAllKnownCrawlersAreBots() throws IOException {
        JsonNode crawlers = new ObjectMapper()
                .readTree(TestData.require("agents/crawler-user-agents.json").toFile());
        int agents = 0;
        int bots = 0;
        for (JsonNode crawler : crawlers) {
            for (JsonNode instance : crawler.get("instances")) {
                agents++;
                bots += parser.parse(instance.asText()).bot() ? 1 : 0;
            }
        }
        assertThat(agents).isGreaterThan(2_000);
        assertThat(bots / (double) agents)
                .as("%d of %d agents found to be bots", bots, agents)
                .isGreaterThanOrEqualTo(BOTS_FOUND_AT_LEAST);
    }
}
