package io.tidemark.collect.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {
    private final ClientAddress behindProxies =
            new ClientAddress(List.of(Network.parse("10.0.0.0/8"), Network.parse("2001:db8:1::/48")));

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            192.0.2.1 | -                                    | 192.0.2.1
            192.0.2.1 | 198.51.100.7                         | 192.0.2.1
            10.1.2.3  | 198.51.100.7                         | 198.51.100.7
            10.1.2.3  | 203.0.113.9, 198.51.100.7            | 198.51.100.7
            10.1.2.3  | 203.0.113.9, 198.51.100.7, 10.9.9.9  | 198.51.100.7
            10.1.2.3  | 10.9.9.9                             | 10.9.9.9
            10.1.2.3  | 198.51.100.7:4711                    | 198.51.100.7
            10.1.2.3  | [2001:db8:2::5]:4711                 | 2001:db8:2:0:0:0:0:5
            10.1.2.3  | 2001:db8:2::5, 2001:db8:1::1         | 2001:db8:2:0:0:0:0:5
            10.1.2.3  | 198.51.100.7, example.org            | 10.1.2.3
            10.1.2.3  | 198.51.100.7, <script>               | 10.1.2.3
            10.1.2.3  | 127.1                                | 10.1.2.3
            10.1.2.3  | ''                                   | 10.1.2.3
            """)
    void onlyWhatTrustedProxiesWroteIsBelieved(String peer, String forwardedFor, String client) {
        List<String> headers = forwardedFor == null ? List.of() : List.of(forwardedFor);
        assertThat(behindProxies.of(peer, headers)).isEqualTo(client);
    }

    @Test
    void severalHeadersAreOneList() {
        assertThat(behindProxies.of("10.0.0.1", List.of("203.0.113.9", "198.51.100.7", "10.0.0.2")))
                .isEqualTo("198.51.100.7");
    }

    @Test
    void nobodyIsTrustedByDefault() {
        assertThat(new ClientAddress(List.of()).of("127.0.0.1", List.of("198.51.100.7")))
                .isEqualTo("127.0.0.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10.0.0.0/33", "10.0.0/8", "example.org", "10.0.0.0/x", "::/129", "10.0.0.0/"})
    void whatIsNoNetworkIsNamed(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNetworkEndsWithinAByte() {
        Network network = Network.parse("192.0.2.128/25");
        assertThat(network.contains(Network.parse("192.0.2.200").address())).isTrue();
        assertThat(network.contains(Network.parse("192.0.2.127").address())).isFalse();
        assertThat(network.contains(Network.parse("::1").address())).isFalse();
    }
}
