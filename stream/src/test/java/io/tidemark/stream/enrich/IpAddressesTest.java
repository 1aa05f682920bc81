package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressesTest {
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "81.2.69.142, 81.2.69.142",
        "255.255.255.255, 255.255.255.255",
        "081.002.069.142, 81.2.69.142",
        "2001:218::, 2001:218:0:0:0:0:0:0",
        "2001:DB8::Ff, 2001:db8:0:0:0:0:0:ff",
        "::, 0:0:0:0:0:0:0:0",
        "::1, 0:0:0:0:0:0:0:1",
        "::ffff:81.2.69.142, 81.2.69.142",
    })
    void addressesAreRead(String text, String address) {
        InetAddress parsed = IpAddresses.parse(text);
        assertThat(requireNonNull(parsed).getHostAddress()).isEqualTo(address);
    }

    /**
     * The JDK would look some of these up as names: those that do not begin with an ASCII hex digit or a colon ({@code
     * .::1}, full-width digits).
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "example.com",
                "dead",
                "1",
                "1.2.3",
                "1.2.3.",
                "1.2.3.4.",
                "1.2.3.4.5",
                ".1.2.3.4",
                "1..3.4",
                "256.1.1.1",
                "1.2.3.0004",
                "-1.2.3.4",
                "+1.2.3.4",
                "1.2.3.4 ",
                " 1.2.3.4",
                "1.2.3.4:80",
                "1.2.3.4/24",
                "0x7f.0.0.1",
                "１.2.3.4",
                "１::1",
                "٣::1",
                ".::1",
                ".:",
                "fe80::1%eth0",
                "fe80::1%1",
                "[::1]",
                "[::1]:80",
                ":",
                ":::",
                "1:2:3:4:5:6:7:8:9",
                "1::2::3",
                "12345::",
                "g::1",
                "cafe:localhost",
                "1.2.3.4\u0000",
                "2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0001"
            })
    void anythingElseIsNone(String text) {
        assertThat(IpAddresses.parse(text)).isNull();
    }

    @Test
    void everyAddressIsReadBackAsWritten() throws UnknownHostException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            InetAddress address = InetAddress.getByAddress(bytes);
            assertThat(IpAddresses.parse(address.getHostAddress()))
                    .as("seed %d", seed)
                    .isEqualTo(address);
        }
    }
}
