package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.EnrichedEvent.Client;
import io.tidemark.model.TextCap;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientResolverTest {
    private static final String FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
    private static final Client FIREFOX_CLIENT = new Client("Desktop", "Firefox", "Linux", false);
    private static final String PARSED_CHROME = """
            {"family":"Chrome","major":"112","minor":"0","os":{"family":"Windows","major":"10"},
             "device":{"family":"Other"}}""";

    private final ClientResolver resolver = new ClientResolver(UserAgentParser.shared());

    @Test
    void headersStringIsParsed() {
        assertThat(resolver.resolve(FIREFOX, null)).isEqualTo(new ClientResolver.Resolved(FIREFOX, FIREFOX_CLIENT));
    }

    @Test
    void nothingSentIsUnknown() {
        assertThat(resolver.resolve(null, null)).isEqualTo(new ClientResolver.Resolved(null, Client.UNKNOWN));
        assertThat(resolver.resolve(" ", "")).isEqualTo(new ClientResolver.Resolved(null, Client.UNKNOWN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"user-agent", "User-Agent", "USER-AGENT"})
    void headerIsFoundInAnyCaseWhereNoUserAgentWasSent(String name) {
        String headers = "{\"Accept\":[\"a\",{\"user-agent\":\"x\"}],\"%s\":\"%s\"}".formatted(name, FIREFOX);
        assertThat(resolver.resolve(null, headers)).isEqualTo(new ClientResolver.Resolved(FIREFOX, FIREFOX_CLIENT));
    }

    @Test
    void jsonIsUsedAsParsed() {
        assertThat(resolver.resolve(PARSED_CHROME, null))
                .isEqualTo(new ClientResolver.Resolved(PARSED_CHROME, new Client(null, "Chrome", "Windows", false)));
    }

    @Test
    void whatJsonLacksComesFromTheHeader() {
        String headers = "{\"user-agent\":\"" + FIREFOX + "\"}";
        assertThat(resolver.resolve(PARSED_CHROME, headers))
                .isEqualTo(new ClientResolver.Resolved(FIREFOX, new Client("Desktop", "Chrome", "Windows", false)));
        assertThat(resolver.resolve("{\"family\":\"Other\",\"os\":{},\"device\":{\"family\":\"Spider\"}}", headers)
                        .client())
                .isEqualTo(new Client("Desktop", "Firefox", "Linux", true));
    }

    @Test
    void brokenJsonIsParsedAsText() {
        assertThat(resolver.resolve("{\"family\":\"Chrome\"", null).userAgent()).isEqualTo("{\"family\":\"Chrome\"");
        assertThat(resolver.resolve("{broken", "{\"user-agent\":\"" + FIREFOX + "\"}"))
                .isEqualTo(new ClientResolver.Resolved(FIREFOX, FIREFOX_CLIENT));
    }

    @Test
    void whatFollowsTheJsonObjectIsIgnored() {
        assertThat(resolver.resolve("{\"family\":\"Chrome\"} \"x\"", null)
                        .client()
                        .browser())
                .isEqualTo("Chrome");
        assertThat(resolver.resolve("{} \"x\"", "{} \"x\"").client()).isNotNull();
        assertThat(resolver.resolve("{}{}{}\"x\"", "{}}").client()).isNotNull();
    }

    @Test
    void deepOrLongJsonIsHarmless() {
        String deep = "{\"a\":".repeat(3_000) + "1" + "}".repeat(3_000);
        String wide = "{\"a\":" + "[".repeat(5_000);
        String longName = "{\"" + "n".repeat(100_000) + "\":\"x\"}";
        for (String hostile : new String[] {deep, wide, longName, "{\"family\":null}", "{\"family\":{}}"}) {
            assertThat(resolver.resolve(hostile, hostile).userAgent()).isNotNull();
            assertThat(resolver.resolve(null, hostile).client()).isEqualTo(Client.UNKNOWN);
        }
    }

    @Test
    void textsAreCutToTheirCaps() {
        ClientResolver.Resolved resolved = resolver.resolve("é".repeat(10_000), null);
        assertThat(requireNonNull(resolved.userAgent()).getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThanOrEqualTo(TextCap.USER_AGENT.maxBytes());
        String browser = resolver.resolve("{\"family\":\"" + "é".repeat(10_000) + "\"}", null)
                .client()
                .browser();
        assertThat(requireNonNull(browser).getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThanOrEqualTo(TextCap.NAME.maxBytes());
    }
}
