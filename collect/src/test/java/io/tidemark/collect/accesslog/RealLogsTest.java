package io.tidemark.collect.accesslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.RawEvent;
import io.tidemark.testkit.TestData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every line of real logs, against an oracle made of regular expressions and the JDK's time. */
class RealLogsTest {
    private static final String QUOTED = "\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"";
    private static final Pattern LINE = Pattern.compile("^(?:(?<host>[^ :]+):\\d+ )?(?<client>\\S+) - .+? "
            + "\\[(?<time>[^\\]]+)\\] (?<request>" + QUOTED + ") \\d{3} (?:\\d+|-)"
            + "(?: (?<referrer>" + QUOTED + ") (?<agent>" + QUOTED + ").*)?$");
    private static final Pattern REQUEST = Pattern.compile("^\\w+ (.+) [A-Z]+/\\d+\\.\\d+$");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH);

    @ParameterizedTest
    @CsvSource({
        "semicomplete, 9999, 1, 1",
        "wordpress-2016, 206860, 0, 1",
        "thirteen-years, 105177, 0, 1",
        "farm-nginx, 21641, 0, 1",
        "farm-vhost, 1602, 0, 2",
        "farm-common, 940, 0, 1"
    })
    void everyLineIsAsTheOracleReadsIt(String name, int parseable, int unparseable, int hosts) throws IOException {
        AccessLogParser parser = new AccessLogParser(LogFormat.AUTO, "site.example");
        List<String> refused = new ArrayList<>();
        Set<String> seenHosts = new HashSet<>();
        int events = 0;
        for (String line : lines(TestData.require("logs/" + name + ".log.gz"))) {
            RawEvent expected = oracle(line);
            try {
                RawEvent event = parser.parse(line);
                events++;
                seenHosts.add(event.host());
                if (!event.equals(expected)) {
                    assertThat(event).as(line).isEqualTo(expected);
                }
            } catch (UnparseableLineException e) {
                assertThat(expected).as(line).isNull();
                refused.add(line);
            }
        }

        assertThat(events).isEqualTo(parseable);
        assertThat(refused).hasSize(unparseable);
        assertThat(seenHosts).hasSize(hosts);
    }

    private static @Nullable RawEvent oracle(String line) {
        Matcher found = LINE.matcher(line);
        if (!found.find()) {
            return null;
        }
        String request = unquoted(found.group("request"));
        Matcher target = REQUEST.matcher(request);
        return new RawEvent(
                found.group("host") == null ? "site.example" : found.group("host"),
                OffsetDateTime.parse(found.group("time"), TIME).toInstant().toEpochMilli(),
                target.find() ? target.group(1) : request,
                present(found.group("referrer")),
                present(found.group("agent")),
                found.group("client"),
                null);
    }

    private static String unquoted(String quoted) {
        return quoted.substring(1, quoted.length() - 1);
    }

    private static @Nullable String present(@Nullable String quoted) {
        return quoted == null || quoted.equals("\"-\"") ? null : unquoted(quoted);
    }

    private static List<String> lines(Path file) throws IOException {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), UTF_8))) {
            return reader.lines().toList();
        }
    }
}
