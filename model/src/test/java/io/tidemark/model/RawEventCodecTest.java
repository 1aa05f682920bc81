package io.tidemark.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
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
import org.junit.jupiter.params.provider.ValueSource;

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

    @Test
    void ofAFieldGivenTwiceEachMustHaveTheRightType() {
        assertThat(assertThrows(
                                InvalidEventException.class,
                                () -> decode("{'host':1,'host':'b','event_time':'2026-03-01 12:00:00'}"))
                        .reason())
                .isEqualTo(RejectReason.WRONG_TYPE);
    }

    @Test
    void aNumberAsAStringIsTextButNoTime() throws Exception {
        assertThat(decode("{'host':'17','event_time':'2026-03-01 12:00:00','ip':'3221225985'}"))
                .isEqualTo(new RawEvent("17", NOON, null, null, null, "3221225985", null));
        assertThat(assertThrows(InvalidEventException.class, () -> decode("{'host':'h','event_time':'1772366400'}"))
                        .reason())
                .isEqualTo(RejectReason.INVALID_EVENT_TIME);
    }

    @Test
    void aFieldOfAMegabyteIsReadAndANameOfOneIsMalformed() throws Exception {
        String huge = "x".repeat(1_000_000);
        assertThat(decode("{'host':'h','event_time':'2026-03-01 12:00:00','url':'" + huge + "'}")
                        .url())
                .isEqualTo(huge);
        assertThat(reasonFor(("{\"" + huge + "\":1}").getBytes(UTF_8))).isEqualTo(RejectReason.MALFORMED_JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"headers", "user_agent", "unknown"})
    void jsonThatIsTooDeepIsMalformedWhereverItIs(String field) {
        assertThat(reasonFor(nested(field, 900))).isNull();
        assertThat(reasonFor(nested(field, 1_100))).isEqualTo(RejectReason.MALFORMED_JSON);
        assertThat(reasonFor(nested(field, 200_000))).isEqualTo(RejectReason.MALFORMED_JSON);
        assertThat(reasonFor("[".repeat(200_000).getBytes(UTF_8))).isEqualTo(RejectReason.MALFORMED_JSON);
    }

    private static byte[] nested(String field, int depth) {
        return ("{\"host\":\"h\",\"event_time\":\"2026-03-01 12:00:00\",\"" + field + "\":" + "{\"a\":".repeat(depth)
                        + "1" + "}".repeat(depth) + "}")
                .getBytes(UTF_8);
    }

    @Test
    void anEscapedNulIsReadAndARawOneIsMalformed() throws Exception {
        assertThat(decode("{'host':'h','event_time':'2026-03-01 12:00:00','url':'/\\u0000'}")
                        .url())
                .isEqualTo("/\u0000");
        assertThat(reasonFor("{\"host\":\"h\u0000\",\"event_time\":\"2026-03-01 12:00:00\"}".getBytes(UTF_8)))
                .isEqualTo(RejectReason.MALFORMED_JSON);
    }

    @Test
    void anEventInUtf16IsMalformedAndAByteOrderMarkOfUtf8IsPassedOver() {
        String event = "{\"host\":\"h\",\"event_time\":\"2026-03-01 12:00:00\"}";
        assertThat(reasonFor(event.getBytes(UTF_16LE))).isEqualTo(RejectReason.MALFORMED_JSON);
        assertThat(reasonFor(("\uFEFF" + event).getBytes(UTF_16BE))).isEqualTo(RejectReason.MALFORMED_JSON);
        assertThat(reasonFor(("\uFEFF" + event).getBytes(UTF_8))).isNull();
    }

    /** Overlong forms, surrogates, a code point beyond the last, a character cut off, bytes that are never there. */
    @ParameterizedTest
    @ValueSource(
            strings = {"c080", "c0a2", "e080af", "f08080af", "eda080", "edb080", "f4908080", "f8888080", "e282", "ff"})
    void bytesThatAreNoUtf8AreMalformedInEveryField(String hex) {
        String bytes = new String(java.util.HexFormat.of().parseHex(hex), ISO_8859_1);
        for (String field : List.of("host", "url", "headers", "unknown")) {
            String event = "{\"event_time\":\"2026-03-01 12:00:00\",\"%s\":\"x%sy\",\"host\":\"h\"}";
            assertThat(reasonFor(event.formatted(field, bytes).getBytes(ISO_8859_1)))
                    .as(field)
                    .isEqualTo(RejectReason.MALFORMED_JSON);
        }
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
                    .getBytes(ISO_8859_1);
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
