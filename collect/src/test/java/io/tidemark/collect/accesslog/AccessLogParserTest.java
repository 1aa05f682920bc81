package io.tidemark.collect.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.model.EventTime;
import io.tidemark.model.RawEvent;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessLogParserTest {
    private static final String SITE = "site.example";
    private static final String NOON = "[01/Mar/2026:12:00:00 +0000]";
    private static final String COMMON = "192.0.2.1 - - " + NOON + " \"GET /a HTTP/1.1\" 200 12";
    private static final String COMBINED = COMMON + " \"https://from.example/\" \"Mozilla/5.0 (X11)\"";
    private static final String VHOST = "www.example.org:443 " + COMBINED;

    private static RawEvent auto(String line) throws UnparseableLineException {
        return new AccessLogParser(LogFormat.AUTO, SITE).parse(line);
    }

    private static RawEvent withRequest(String request) throws UnparseableLineException {
        return auto(COMBINED.replace("GET /a HTTP/1.1", request));
    }

    private static RawEvent withTime(String time) throws UnparseableLineException {
        return auto(COMBINED.replace(NOON, time));
    }

    private static void assertUnparseable(LogFormat format, String line, String message) {
        assertThatThrownBy(() -> new AccessLogParser(format, SITE).parse(line))
                .isInstanceOf(UnparseableLineException.class)
                .hasMessage(message)
                .hasNoCause();
    }

    @Test
    void combinedLineHasAllFields() throws Exception {
        RawEvent expected = new RawEvent(
                SITE,
                EventTime.parse("2026-03-01T12:00:00Z"),
                "/a",
                "https://from.example/",
                "Mozilla/5.0 (X11)",
                "192.0.2.1",
                null);

        assertThat(auto(COMBINED)).isEqualTo(expected);
        assertThat(new AccessLogParser(LogFormat.COMBINED, SITE).parse(COMBINED))
                .isEqualTo(expected);
    }

    @Test
    void commonLineHasNeitherReferrerNorUserAgent() throws Exception {
        RawEvent event = auto(COMMON);

        assertThat(event.url()).isEqualTo("/a");
        assertThat(event.referrer()).isNull();
        assertThat(event.userAgent()).isNull();
        assertThat(new AccessLogParser(LogFormat.COMMON, SITE).parse(COMMON)).isEqualTo(event);
    }

    @Test
    void commonFormatLeavesOutWhatFollows() throws Exception {
        assertThat(new AccessLogParser(LogFormat.COMMON, SITE).parse(COMBINED)).isEqualTo(auto(COMMON));
    }

    @Test
    void vhostLineNamesItsHostWhateverWasGiven() throws Exception {
        RawEvent event = auto(VHOST);

        assertThat(event.host()).isEqualTo("www.example.org");
        assertThat(event.ip()).isEqualTo("192.0.2.1");
        assertThat(event.userAgent()).isEqualTo("Mozilla/5.0 (X11)");
        assertThat(new AccessLogParser(LogFormat.VHOST, null).parse(VHOST)).isEqualTo(event);
    }

    @ParameterizedTest
    @CsvSource({
        "www.example.org:443, www.example.org",
        "www.example.org, www.example.org",
        "localhost:8080, localhost",
        "10.0.0.7:80, 10.0.0.7",
        "10.0.0.7, 10.0.0.7",
        "[::1]:443, [::1]",
        "[2001:db8::5], [2001:db8::5]",
        "2001:db8::5, 2001:db8::5",
        "-, site.example",
        "-:443, site.example"
    })
    void hostIsWithoutItsPort(String field, String host) throws Exception {
        String line = field + " " + COMBINED;

        assertThat(new AccessLogParser(LogFormat.VHOST, SITE).parse(line).host())
                .isEqualTo(host);
        assertThat(auto(line).host()).isEqualTo(host);
        assertThat(auto(line).ip()).isEqualTo("192.0.2.1");
    }

    @ParameterizedTest
    @CsvSource({"host:443 localhost - - , localhost", "host crawl.example.net - frank , crawl.example.net"})
    void vhostIsFoundByPortOrByTheAddressAfterIt(String fields, String client) throws Exception {
        RawEvent event = auto(COMBINED.replace("192.0.2.1 - -", fields));

        assertThat(event.host()).isEqualTo("host");
        assertThat(event.ip()).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8::1", "::ffff:192.0.2.1", "::1", "crawl-66-249.example.net", "localhost"})
    void clientMayBeAnyAddressOrName(String client) throws Exception {
        RawEvent event = auto(COMBINED.replace("192.0.2.1", client));

        assertThat(event.ip()).isEqualTo(client);
        assertThat(event.host()).isEqualTo(SITE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- frank",
                "- John Smith",
                "- a [b] c",
                "- \"\"",
                "- ",
                "ident j.smith@example.org",
                "- a \"b\" c"
            })
    void remoteUserMayHoldSpacesAndBrackets(String identAndUser) throws Exception {
        assertThat(auto(COMBINED.replace("- -", identAndUser))).isEqualTo(auto(COMBINED));
    }

    @Test
    void absentClientIsNull() throws Exception {
        assertThat(auto(COMBINED.replace("192.0.2.1", "-")).ip()).isNull();
    }

    @Test
    void dashIsAbsent() throws Exception {
        RawEvent event = auto(COMMON.replace(" 12", " -") + " \"-\" \"-\"");

        assertThat(event.referrer()).isNull();
        assertThat(event.userAgent()).isNull();
    }

    @Test
    void escapesAreKeptAsLogged() throws Exception {
        RawEvent event = auto(COMMON + " \"ref \\\"x\\\" \\\\\" \"agent \\\"y\\\" \\x22\\xC3\\xA9\"");

        assertThat(event.referrer()).isEqualTo("ref \\\"x\\\" \\\\");
        assertThat(event.userAgent()).isEqualTo("agent \\\"y\\\" \\x22\\xC3\\xA9");
    }

    @Test
    void fieldsAfterTheUserAgentAreLeftOut() throws Exception {
        assertThat(auto(COMBINED + " \"10.1.1.1\" 0.003 \"unclosed")).isEqualTo(auto(COMBINED));
        assertThat(auto(VHOST + " \"10.1.1.1\" rt=1")).isEqualTo(auto(VHOST));
    }

    /** Servers that died while writing left such lines in real logs; the fields of the format are there. */
    @Test
    void textRightAfterTheUserAgentIsLeftOutToo() throws Exception {
        RawEvent event = auto(COMMON + " \"-\" \"Mozilla/5.0 (X1192.0.2.2 - - " + NOON + " \"GET /b HTTP/1.1\" 200 7");

        assertThat(event.url()).isEqualTo("/a");
        assertThat(event.userAgent()).isEqualTo("Mozilla/5.0 (X1192.0.2.2 - - " + NOON + " ");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /a?b=c HTTP/1.1, /a?b=c",
        "GET /with space?x=1 2 HTTP/1.0, /with space?x=1 2",
        "CONNECT example.org:443 HTTP/1.1, example.org:443",
        "OPTIONS * HTTP/1.0, *",
        "PRI * HTTP/2.0, *",
        "REQMOD icap://server/ ICAP/1.0, icap://server/",
        "SSTP_DUPLEX_POST /x HTTP/1.1, /x",
        "GET http://a.example/ HTTP/1.1, http://a.example/"
    })
    void urlIsTheTargetOfTheRequest(String request, String url) throws Exception {
        assertThat(withRequest(request).url()).isEqualTo(url);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-",
                "GET /",
                "GET  HTTP/1.1",
                "GET",
                "GET /a b",
                "GET /a HTTP/",
                "GET /a /1.1",
                "GET /a HTTP/1.1 ",
                "\\x16\\x03\\x01\\x02 \\x00 \\x01",
                "SSH-2.0-Go",
                "\\x16 /a HTTP/1.1"
            })
    void otherRequestIsAHitWithItsTextAsLogged(String request) throws Exception {
        assertThat(withRequest(request).url()).isEqualTo(request);
    }

    @ParameterizedTest
    @CsvSource({
        "[29/Feb/2024:23:59:59 +0000], 2024-02-29T23:59:59Z",
        "[10/Oct/2000:13:55:36 -0700], 2000-10-10T20:55:36Z",
        "[31/Dec/1999:23:59:59 -0400], 2000-01-01T03:59:59Z",
        "[01/Jan/2026:00:00:00 +0530], 2025-12-31T18:30:00Z",
        "[01/Jan/1969:00:00:00 +0000], 1969-01-01T00:00:00Z"
    })
    void timeIsReadWithItsOffset(String time, String utc) throws Exception {
        assertThat(withTime(time).eventTimeMillis()).isEqualTo(EventTime.parse(utc));
    }

    @Test
    void monthsAreEnglishWhateverTheLocale() throws Exception {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            String[] months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
            for (int i = 0; i < months.length; i++) {
                assertThat(withTime("[07/%s/2026:12:00:00 +0000]".formatted(months[i]))
                                .eventTimeMillis())
                        .isEqualTo(EventTime.parse("2026-%s-07T12:00:00Z".formatted(i < 9 ? "0" + (i + 1) : i + 1)));
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "30/Feb/2026:12:00:00 +0000",
                "29/Feb/2026:12:00:00 +0000",
                "00/Mar/2026:12:00:00 +0000",
                "32/Mar/2026:12:00:00 +0000",
                "01/Mär/2026:12:00:00 +0000",
                "01/mar/2026:12:00:00 +0000",
                "01/anF/2026:12:00:00 +0000",
                "01/Mar/2026:24:00:00 +0000",
                "01/Mar/2026:12:60:00 +0000",
                "01/Mar/2026:12:00:60 +0000",
                "01/Mar/2026:12:00:00 +1900",
                "01/Mar/2026:12:00:00 +0060",
                "01/Mar/2026:12:00:00 00000",
                "0x/Mar/2026:12:00:00 +0000",
                "01/Mar/20x6:12:00:00 +0000",
                "٠١/Mar/2026:12:00:00 +0000"
            })
    void timeThatDoesNotExistIsUnparseable(String time) {
        assertUnparseable(
                LogFormat.AUTO,
                COMBINED.replace(NOON, "[" + time + "]"),
                "No such time: \"%s\" at column 16".formatted(time));
    }

    @Test
    void userThatLooksLikeATimeDoesNotHideTheTime() throws Exception {
        assertThat(auto(COMBINED.replace("- -", "- a [01/Mar/26]"))).isEqualTo(auto(COMBINED));
    }

    @Test
    void whiteSpaceAtTheEndIsIgnored() throws Exception {
        assertThat(auto(COMBINED + " \r")).isEqualTo(auto(COMBINED));
        assertThat(auto(COMMON + "\t\r")).isEqualTo(auto(COMMON));
    }

    @Test
    void blankLineIsUnparseable() {
        assertUnparseable(LogFormat.AUTO, "", "The line is blank");
        assertUnparseable(LogFormat.AUTO, " \t\r", "The line is blank");
    }

    @Test
    void messageSaysWhatWasExpectedAtWhichColumn() {
        assertUnparseable(
                LogFormat.AUTO, "no log line", "Expected a time such as [10/Oct/2000:13:55:36 -0700] at column 12");
        assertUnparseable(
                LogFormat.AUTO,
                "192.0.2.1 - - [today] \"GET / HTTP/1.1\"",
                "Expected a time such as [10/Oct/2000:13:55:36 -0700] at column 15");
        assertUnparseable(LogFormat.AUTO, "- " + NOON, "Expected the ident, often - at column 3");
        assertUnparseable(LogFormat.AUTO, "192.0.2.1 - " + NOON, "Expected the remote user, often - at column 13");
        assertUnparseable(LogFormat.COMBINED, " " + COMBINED, "Expected the client at column 1");
        assertUnparseable(LogFormat.AUTO, "192.0.2.1 - - " + NOON, "Expected a space and the request at column 43");
        assertUnparseable(
                LogFormat.AUTO, "192.0.2.1 - - " + NOON + " GET", "Expected the request in quotes at column 44");
        assertUnparseable(LogFormat.AUTO, COMMON.replace(" 200", ""), "Expected a status of three digits at column 62");
        assertUnparseable(LogFormat.AUTO, COMMON.replace(" 12", " x"), "Expected a size in bytes or - at column 66");
        assertUnparseable(LogFormat.AUTO, COMMON + " 0.004", "Expected the referrer in quotes at column 69");
        assertUnparseable(LogFormat.COMBINED, COMMON, "Expected a space and the referrer at column 68");
        assertUnparseable(LogFormat.AUTO, COMMON + " \"-\"", "Expected a space and the user agent at column 72");
    }

    @Test
    void lineCutInsideItsUserAgentIsUnparseable() {
        assertUnparseable(
                LogFormat.AUTO,
                COMMON + " \"-\" \"Mozilla/5.0 \\\"",
                "Expected a quote that closes the user agent of column 73; the line ends at column 87");
    }

    @Test
    void lineWithoutAHostNeedsOneGiven() {
        assertThatThrownBy(() -> new AccessLogParser(LogFormat.AUTO, null).parse(COMBINED))
                .isInstanceOf(UnparseableLineException.class)
                .hasMessage("The line names no host; give one with --host NAME");
    }

    @Test
    void unparseableLineCostsNoStackTrace() {
        assertThatThrownBy(() -> auto(""))
                .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
    }

    @Test
    void jsonIsNoAccessLog() {
        assertThatThrownBy(() -> new AccessLogParser(LogFormat.JSON, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("format must be that of an access log; was JSON");
    }
}
