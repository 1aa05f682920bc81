package io.tidemark.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tidemark.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RawEventCodecTest {
    private static final long NOON = 1_772_366_400_000L;

    private final RawEventCodec codec = new RawEventCodec();

    @Test
    void aFullEventIsRead() throws Exception {
        RawEvent event = codec.decode("""
                {"url": "/a?b=c", "referrer": "https://x.org/", "user_agent": "Mozilla", "host": "example.org",
                 "ip": "192.0.2.1", "headers": "{\\"a\\":1}", "event_time": "2026-03-01T12:00:00Z", "more": [1, {"x": null}]}
                """.getBytes(UTF_8));
        assertThat(event)
                .isEqualTo(new RawEvent(
                        "example.org", NOON, "/a?b=c", "https://x.org/", "Mozilla", "192.0.2.1", "{\"a\":1}"));
        assertThat(codec.decode(codec.encode(event))).isEqualTo(event);
    }

    @Test
    void allButHostAndTimeMayBeNullOrAbsent() throws Exception {
        RawEvent bare = new RawEvent("h", NOON, null, null, null, null, null);
        assertThat(decode("{'host':'h','event_time':'2026-03-01 12:00:00'}")).isEqualTo(bare);
        assertThat(decode("{'host':'h','event_time':'2026-03-01 12:00:00','url':null,'ip':null,'headers':null}"))
                .isEqualTo(bare);
    }

    @Test
    void userAgentAndHeadersMayBeObjects() throws Exception {
        RawEvent event = decode(
                "{'user_agent':{'family':'Firefox'},'headers':{'a':[1,2]},'host':'h','event_time':'2026-03-01 12:00:00'}");
        assertThat(event.userAgent()).isEqualTo("{\"family\":\"Firefox\"}");
        assertThat(event.headers()).isEqualTo("{\"a\":[1,2]}");
    }

    @Test
    void ofAFieldGivenTwiceTheLastCounts() throws Exception {
        assertThat(decode("{'host':'a','host':'b','event_time':'2026-03-01 12:00:00'}")
                        .host())
                .isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "`` | EMPTY",
                "` ` | MALFORMED_JSON",
                "nonsense | MALFORMED_JSON",
                "{'host':'h' | MALFORMED_JSON",
                "{} trailing | MALFORMED_JSON",
                "{}{} | MALFORMED_JSON",
                "[] | NOT_AN_OBJECT",
                "'text' | NOT_AN_OBJECT",
                "17 | NOT_AN_OBJECT",
                "null | NOT_AN_OBJECT",
                "[1, | MALFORMED_JSON",
                "{} | MISSING_HOST",
                "{'host':null,'event_time':'2026-03-01 12:00:00'} | MISSING_HOST",
                "{'host':' ','event_time':'2026-03-01 12:00:00'} | MISSING_HOST",
                "{'host':'h'} | MISSING_EVENT_TIME",
                "{'host':'h','event_time':null} | MISSING_EVENT_TIME",
                "{'host':'h','event_time':'yesterday'} | INVALID_EVENT_TIME",
                "{'host':'h','event_time':1772366400} | WRONG_TYPE",
                "{'host':['h'],'event_time':'2026-03-01 12:00:00'} | WRONG_TYPE",
                "{'host':'h','event_time':'2026-03-01 12:00:00','url':{}} | WRONG_TYPE",
                "{'host':'h','event_time':'2026-03-01 12:00:00','user_agent':true} | WRONG_TYPE",
                "{'host':'h','url':5,'broken | MALFORMED_JSON",
            })
    void whatCannotBeUsedIsRejectedWithAReason(String json, RejectReason reason) {
        assertThatThrownBy(() -> decode(json))
                .isInstanceOfSatisfying(
                        InvalidEventException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void aTombstoneIsEmpty() {
        assertThat(assertThrows(InvalidEventException.class, () -> codec.decode(null))
                        .reason())
                .isEqualTo(RejectReason.EMPTY);
    }

    @Test
    void invalidUtf8IsMalformedInKnownAndUnknownFields() {
        for (String field : List.of("url", "unknown")) {
            byte[] json = ("{\"host\":\"h\",\"event_time\":\"2026-03-01 12:00:00\",\"" + field + "\":\"x\u00FFy\"}")
                    .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThat(assertThrows(InvalidEventException.class, () -> codec.decode(json))
                            .reason())
                    .as(field)
                    .isEqualTo(RejectReason.MALFORMED_JSON);
        }
    }

    @Test
    void aLoneSurrogateIsReadAndWrittenAsReplacement() throws Exception {
        RawEvent event = decode("{'host':'h','event_time':'2026-03-01 12:00:00','url':'/\\ud800'}");
        assertThat(event.url()).isEqualTo("/\uD800");
        assertThat(codec.decode(codec.encode(event)).url()).isEqualTo("/\uFFFD");
    }

    /** As an event and as an unknown field of one: no file may bring down the codec. */
    @Test
    void theJsonTestSuiteIsAcceptedOrRejectedAsItSays() throws Exception {
        Path suite = TestData.require("hostile/json-test-suite");
        try (Stream<Path> files = Files.walk(suite)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                String kind = file.getFileName().toString().substring(0, 2);
                byte[] asField = asUnknownField(Files.readAllBytes(file));
                RejectReason plain = reasonFor(Files.readAllBytes(file));
                RejectReason embedded = reasonFor(asField);
                if (kind.equals("y_")) {
                    assertThat(plain).as("%s alone", file).isNotEqualTo(RejectReason.MALFORMED_JSON);
                    assertThat(embedded).as("%s as a field", file).isNull();
                } else if (kind.equals("n_")) {
                    assertThat(plain).as("%s alone", file).isIn(RejectReason.MALFORMED_JSON, RejectReason.EMPTY);
                }
            }
        }
    }

    private static byte[] asUnknownField(byte[] json) throws IOException {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        out.write("{\"unknown\":".getBytes(UTF_8));
        out.write(json);
        out.write(",\"host\":\"h\",\"event_time\":\"2026-03-01 12:00:00\"}".getBytes(UTF_8));
        return out.toByteArray();
    }

    private @org.jspecify.annotations.Nullable RejectReason reasonFor(byte[] json) {
        try {
            codec.decode(json);
            return null;
        } catch (InvalidEventException e) {
            return e.reason();
        }
    }

    private RawEvent decode(String json) throws InvalidEventException {
        return codec.decode(json.replace('\'', '"').getBytes(UTF_8));
    }
}
