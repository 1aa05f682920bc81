package io.tidemark.testkit;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What {@link HostileRecords} are made of. Texts are as they stand in JSON. */
final class HostilePieces {
    static final List<String> FIELDS =
            List.of("url", "referrer", "user_agent", "host", "ip", "headers", "event_time", "unknown", "", "\\u0000");

    static final List<String> HOSTS = List.of(
            "shop.example",
            "www.shop.example",
            "SHOP.example:8080",
            "192.0.2.1",
            "[2001:db8::1]:80",
            "bücher.example",
            "\uD83D\uDE00.example",
            "a b",
            "\u00A0",
            "\u2028",
            "xn--",
            "..",
            "%00",
            "'; drop table x; --");

    static final List<String> URLS = List.of(
            "/",
            "/a?b=c",
            "/?utm_source=news&utm_medium=%6dail",
            "/?utm_source=%",
            "/?utm_source=%zz&utm_term=%C0%80",
            "/?utm_campaign=%00",
            "/?utm_content=%ED%A0%80#utm_source=x",
            "https://shop.example/a",
            "?",
            "utm_source=",
            "/?utm_source=&utm_source=second",
            "\\x16\\x03\\x01",
            "//",
            "javascript:alert(1)");

    static final List<String> REFERRERS = List.of(
            "",
            "-",
            "https://www.google.com/",
            "https://shop.example/x",
            "http://user@t.co:80/",
            "://",
            "https://",
            "https://[::1]:80/",
            "https://a:b:c/",
            "google.de",
            "https://\u0130.example/",
            "android-app://com.x/");

    static final List<String> AGENTS = List.of(
            "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
            "curl/8.5.0",
            "-",
            "",
            "{",
            "{\\\"family\\\":\\\"Firefox\\\",\\\"os\\\":{\\\"family\\\":\\\"Linux\\\"}}",
            "{\\\"family\\\":1}",
            "{\\\"a\\\":",
            "()",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "${jndi:ldap://x/}",
            "Mozilla/");

    static final List<String> ADDRESSES = List.of(
            "192.0.2.1",
            "81.2.69.142",
            "2001:218::",
            "::ffff:81.2.69.142",
            "256.1.1.1",
            "1.2.3",
            "::1%eth0",
            "0x7f.1",
            "[::1]",
            "unknown",
            "1.2.3.4, 5.6.7.8",
            "１.2.3.4",
            ":::",
            "",
            " ",
            "999999999999999999999",
            "1.2.3.4:80");

    static final List<String> TIMES = List.of(
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00.123456789+01:00",
            "2026-03-01 12:00:00",
            "2026-03-01 12:00:00.5",
            "2026-03-01T12:00Z",
            "1969-12-31T23:59:59.999Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999Z");

    static final List<String> WRONG_TIMES = List.of(
            "",
            "now",
            "1772366400",
            "1772366400000",
            "2026-03-01",
            "2026-02-29 12:00:00",
            "2026-13-01 12:00:00",
            "2026-03-01T24:00:00Z",
            "2026-03-01T12:00:60Z",
            "2026-03-01T12:00:00+19:00",
            "0000-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "+999999999-12-31T23:59:59Z",
            "-2026-03-01T12:00:00Z",
            "01/Mar/2026:12:00:00",
            "Sun, 01 Mar 2026 12:00:00 GMT",
            "２０２６-03-01 12:00:00",
            "2026-03-01T12:00:00",
            " 2026-03-01 12:00:00",
            "2026-03-01T12:00:00.Z",
            "2026-03-01T12:00:00Zjunk",
            "2026-W09-7",
            "2026-060",
            "NaN",
            "null");

    /** As they stand in JSON: escapes, raw characters of all lengths, and escapes that are none. */
    static final List<String> PIECES = List.of(
            "\\u0000",
            "\\ud800",
            "\\udc00",
            "\\ud83d\\ude00",
            "\\udc00\\ud800",
            "\\n\\r\\t\\b\\f",
            "\\\\",
            "\\/",
            "\\\"",
            "\\u001f",
            "\\u2028",
            "\\ufeff",
            "\\uffff",
            "\u00e9",
            "\u20ac",
            "\uD83D\uDE00",
            "\uFFFD",
            "\u202e",
            "\u0085",
            "a",
            " ",
            "\\",
            "\\u12",
            "\\x00",
            "\"",
            "'",
            "{",
            "[",
            ",",
            "\t",
            "\n",
            "\u0001",
            "\u007f",
            "\\u",
            "NaN",
            "//");

    /** Bytes that no UTF-8 has. */
    static final List<byte[]> NO_UTF8 = List.of(
            bytes(0xC0, 0x80),
            bytes(0xC0, 0xA2),
            bytes(0xE0, 0x80, 0xAF),
            bytes(0xF0, 0x80, 0x80, 0x80),
            bytes(0xED, 0xA0, 0x80),
            bytes(0xED, 0xB0, 0x80),
            bytes(0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80),
            bytes(0xF4, 0x90, 0x80, 0x80),
            bytes(0xF8, 0x88, 0x80, 0x80, 0x80),
            bytes(0xFC, 0x84, 0x80, 0x80, 0x80, 0x80),
            bytes(0xFF),
            bytes(0xFE),
            bytes(0x80),
            bytes(0xC3),
            bytes(0xE2, 0x82),
            bytes(0xF0, 0x9F, 0x98));

    static final List<String> VALUES = List.of(
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-1",
            "1772366400",
            "1e400",
            "-1e-400",
            "1.5",
            "01",
            "+1",
            ".5",
            "1.",
            "0x1",
            "9223372036854775808",
            "123456789012345678901234567890",
            "\"17\"",
            "[]",
            "{}",
            "[1,[2,{\"host\":\"in\"}]]",
            "{\"host\":\"in\",\"event_time\":\"2026-03-01 12:00:00\"}",
            "[\"a\"",
            "{\"a\":}",
            "undefined",
            "'a'",
            "",
            "\"\"");

    static final List<Charset> CHARSETS = List.of(
            StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16, StandardCharsets.ISO_8859_1);

    private HostilePieces() {}

    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
