package io.tidemark.collect.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import io.tidemark.testkit.TestData;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostileLinesTest {
    private static final String START = "192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 1";

    @Test
    void naughtyStringsComeOutAsLogged() throws Exception {
        List<String> strings = naughtyStrings();
        assertThat(strings).hasSizeGreaterThan(500);
        for (String text : strings) {
            String logged = asApacheLogs(text);

            RawEvent event = parse(START + " \"" + logged + "\" \"" + logged + "\" \"more\"");

            assertThat(event.referrer()).isEqualTo(absentIfDash(logged));
            assertThat(event.userAgent()).isEqualTo(absentIfDash(logged));
        }
    }

    private static @Nullable String absentIfDash(String logged) {
        return logged.equals("-") ? null : logged;
    }

    /** The file holds one JSON string a line; the event codec reads it as a field. */
    private static List<String> naughtyStrings() throws Exception {
        List<String> strings = new ArrayList<>();
        for (String line : Files.readAllLines(TestData.require("hostile/naughty-strings.json"))) {
            String json = line.strip();
            if (json.startsWith("\"")) {
                String value = json.endsWith(",") ? json.substring(0, json.length() - 1) : json;
                String event = "{\"host\":\"h\",\"event_time\":\"2026-03-01T12:00:00Z\",\"url\":" + value + "}";
                strings.add(String.valueOf(
                        new RawEventCodec().decode(event.getBytes(UTF_8)).url()));
            }
        }
        return strings;
    }

    /** As the server's documentation says: quote, backslash and control characters are escaped. */
    private static String asApacheLogs(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> out.append(c < ' ' ? "\\x%02x".formatted((int) c) : String.valueOf(c));
            }
        }
        return out.toString();
    }

    @Test
    void randomBytesAreParsedOrUnparseable() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            byte[] line = i % 2 == 0 ? noise(random) : spoiled(random);
            for (LogFormat format : List.of(LogFormat.AUTO, LogFormat.VHOST, LogFormat.COMMON)) {
                try {
                    RawEvent event = new AccessLogParser(format, "h").parse(new String(line, UTF_8));
                    assertThat(event.host()).isNotEmpty();
                } catch (UnparseableLineException e) {
                    assertThat(e.getMessage()).isNotEmpty();
                } catch (RuntimeException e) {
                    throw new AssertionError("seed %d, line %d: %s".formatted(seed, i, new String(line, UTF_8)), e);
                }
            }
        }
    }

    private static byte[] noise(Random random) {
        byte[] line = new byte[random.nextInt(120)];
        random.nextBytes(line);
        return line;
    }

    /** A good line with some bytes changed, then perhaps cut: gets further than noise. */
    private static byte[] spoiled(Random random) {
        byte[] line = ("h:80 " + START + " \"-\" \"a \\\" b\"").getBytes(UTF_8);
        byte[] alphabet = " []\"\\-:/{0Z\u00e9".getBytes(UTF_8);
        for (int n = random.nextInt(4); n >= 0; n--) {
            line[random.nextInt(line.length)] = alphabet[random.nextInt(alphabet.length)];
        }
        return Arrays.copyOf(line, line.length - (random.nextBoolean() ? random.nextInt(line.length) : 0));
    }

    private static RawEvent parse(String line) throws UnparseableLineException {
        return new AccessLogParser(LogFormat.AUTO, "h").parse(line);
    }
}
