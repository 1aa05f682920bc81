package io.tidemark.stream.enrich;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.model.EnrichedEvent.Geo;
import io.tidemark.testkit.TestData;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeoLookupTest {
    private static final String IN_LONDON = "81.2.69.142";
    private static final Geo LONDON = new Geo("GB", "England", "London");

    private static GeoLookup open(String name) {
        return GeoLookup.open(TestData.require("geo/" + name).toString());
    }

    @Test
    void cityDatabaseTellsCountryStateAndCity() {
        assertThat(open("GeoIP2-City-Test.mmdb").lookup(IN_LONDON)).isEqualTo(LONDON);
        assertThat(open("GeoLite2-City-Test.mmdb").lookup(IN_LONDON).country()).isEqualTo("GB");
    }

    @Test
    void countryDatabaseTellsTheCountry() {
        assertThat(open("GeoIP2-Country-Test.mmdb").lookup(IN_LONDON)).isEqualTo(new Geo("GB", null, null));
        assertThat(open("GeoLite2-Country-Test.mmdb").lookup("2001:218::1")).isEqualTo(new Geo("JP", null, null));
    }

    @Test
    void databaseWithoutPlacesLeavesThemUnknown() {
        assertThat(open("GeoLite2-ASN-Test.mmdb").lookup("1.128.0.1")).isSameAs(Geo.UNKNOWN);
    }

    @Test
    void everyNetworkOfTheSourceIsFoundAsItStandsThere() throws IOException {
        JsonNode source = new ObjectMapper()
                .readTree(TestData.require("geo/GeoIP2-City-Test.json").toFile());
        GeoLookup geo = open("GeoIP2-City-Test.mmdb");
        int networks = 0;
        for (JsonNode entry : source) {
            for (Map.Entry<String, JsonNode> network : entry.properties()) {
                networks++;
                String address = network.getKey().substring(0, network.getKey().indexOf('/'));
                assertThat(geo.lookup(address)).as(network.getKey()).isEqualTo(expected(network.getValue()));
            }
        }
        assertThat(networks).isGreaterThan(200);
    }

    private static Geo expected(JsonNode place) {
        return new Geo(
                text(place.at("/country/iso_code")),
                text(place.at("/subdivisions/0/names/en")),
                text(place.at("/city/names/en")));
    }

    private static @Nullable String text(JsonNode node) {
        return node.isMissingNode() ? null : node.asText();
    }

    @Test
    void noDatabaseMeansUnknown() {
        assertThat(GeoLookup.open(null).lookup(IN_LONDON)).isSameAs(Geo.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rubbish", "1.2.3.4:80", "127.0.0.1", "::1", "fe80::1%eth0", "10.0.0.1"})
    void addressThatIsNoneOrNowhereIsUnknown(String ip) {
        GeoLookup geo = open("GeoIP2-City-Test.mmdb");
        assertThat(geo.lookup(ip)).isSameAs(Geo.UNKNOWN);
        assertThat(geo.lookup(null)).isSameAs(Geo.UNKNOWN);
    }

    @Test
    void missingFileIsNamed(@TempDir Path folder) {
        String missing = folder.resolve("none.mmdb").toString();
        assertThatThrownBy(() -> GeoLookup.open(missing))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing);
        assertThatThrownBy(() -> GeoLookup.open(folder.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(folder.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rubbish", "\u0000\u0001"})
    void fileThatIsNoDatabaseIsNamed(String content, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("not.mmdb"), content);
        assertThatThrownBy(() -> GeoLookup.open(file.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GeoIP2-City-Test-Broken-Double-Format.mmdb",
                "GeoIP2-City-Test-Invalid-Node-Count.mmdb",
                "MaxMind-DB-test-broken-pointers-24.mmdb"
            })
    void brokenDatabaseIsNamedOrKnowsNothingButNeverFails(String name) {
        assertHarmless(TestData.require("geo/" + name));
    }

    /** Bytes are flipped all over a sound database, cuts included. */
    @Test
    void damagedDatabaseNeverFails(@TempDir Path folder) throws IOException {
        byte[] sound = Files.readAllBytes(TestData.require("geo/GeoIP2-City-Test.mmdb"));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path file = folder.resolve("damaged.mmdb");
        for (int i = 0; i < 60; i++) {
            byte[] damaged = sound.clone();
            for (int flips = 0; flips < 200; flips++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            Files.write(file, i % 4 == 0 ? java.util.Arrays.copyOf(damaged, random.nextInt(sound.length)) : damaged);
            try {
                assertHarmless(file);
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void assertHarmless(Path file) {
        GeoLookup geo;
        try {
            geo = GeoLookup.open(file.toString());
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining(file.toString());
            return;
        }
        Random random = new Random(1);
        for (String ip :
                List.of(IN_LONDON, "1.1.1.32", "2.125.160.216", "89.160.20.112", "216.160.83.56", "2001:218::")) {
            assertThat(geo.lookup(ip)).isNotNull();
        }
        for (int i = 0; i < 500; i++) {
            byte[] address = new byte[i % 2 == 0 ? 4 : 16];
            random.nextBytes(address);
            assertThat(geo.lookup(text(address))).isNotNull();
        }
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void flatLayoutOfIpinfoIsUnderstood() {
        assertThat(GeoLookup.toGeo(Map.of(
                        "city",
                        "Mountain View",
                        "region",
                        "California",
                        "country",
                        "US",
                        "lat",
                        "37.4",
                        "geoname_id",
                        "1")))
                .isEqualTo(new Geo("US", "California", "Mountain View"));
        assertThat(GeoLookup.toGeo(Map.of(
                        "country",
                        "United States",
                        "country_code",
                        "US",
                        "continent",
                        "North America",
                        "asn",
                        "AS15169")))
                .isEqualTo(new Geo("US", null, null));
    }

    @Test
    void nestedLayoutOfDbIpIsUnderstood() {
        assertThat(GeoLookup.toGeo(Map.of(
                        "city", Map.of("names", Map.of("en", "Sydney")),
                        "country", Map.of("iso_code", "AU", "names", Map.of("en", "Australia"), "geoname_id", 2L),
                        "subdivisions", List.of(Map.of("names", Map.of("en", "New South Wales"))),
                        "location", Map.of("latitude", -33.9))))
                .isEqualTo(new Geo("AU", "New South Wales", "Sydney"));
    }

    @Test
    void recordsOfAnotherShapeAreUnknown() {
        assertThat(GeoLookup.toGeo(Map.of())).isSameAs(Geo.UNKNOWN);
        assertThat(GeoLookup.toGeo(Map.of(
                        "country", 7, "city", List.of("x"), "subdivisions", List.of(), "region", Map.of("names", 1))))
                .isSameAs(Geo.UNKNOWN);
        assertThat(GeoLookup.toGeo(Map.of("country", "", "city", " "))).isSameAs(Geo.UNKNOWN);
    }
}
