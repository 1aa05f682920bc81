package io.tidemark.stream.enrich;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tidemark.model.EnrichedEvent.Client;
import io.tidemark.model.TextCap;
import java.util.Locale;
import nl.basjes.parse.useragent.UserAgent;
import nl.basjes.parse.useragent.UserAgentAnalyzerDirect;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads user agent strings with Yauaa. Its rules take seconds to load, and an agent not seen before a quarter of a
 * millisecond, so that there is one parser a JVM, with one cache for all subtasks. Thread-safe, since the analyzer is.
 */
final class UserAgentParser {
    private static final Logger LOG = LoggerFactory.getLogger(UserAgentParser.class);
    private static final int CACHED = 50_000;

    private final UserAgentAnalyzerDirect analyzer = UserAgentAnalyzerDirect.newBuilder()
            .withField(UserAgent.DEVICE_CLASS)
            .withField(UserAgent.OPERATING_SYSTEM_NAME)
            .withField(UserAgent.AGENT_CLASS)
            .withField(UserAgent.AGENT_NAME)
            .hideMatcherLoadStats()
            .dropTests()
            .immediateInitialization()
            .build();

    /**
     * Far more than any real agent has. Brackets are read by recursive descent, and how deep a stack bears that differs from one
     * process to the next: a replay must find what the first reading found.
     */
    private static final int MOST_BRACKETS = 100;

    private final Cache<String, Client> parsed =
            Caffeine.newBuilder().maximumSize(CACHED).build();

    private UserAgentParser() {}

    static UserAgentParser shared() {
        return Shared.PARSER;
    }

    Client parse(String userAgent) {
        return parsed.get(userAgent, this::parseAnew);
    }

    /** One agent that the rules stumble over must not stop the job: it stays unknown. */
    private Client parseAnew(String userAgent) {
        if (userAgent
                        .chars()
                        .filter(each -> each == '(' || each == '[' || each == '{')
                        .count()
                > MOST_BRACKETS) {
            return Client.UNKNOWN;
        }
        try {
            return read(userAgent, analyzer.parse(userAgent));
        } catch (RuntimeException | StackOverflowError e) {
            LOG.warn("Cannot read the user agent \"{}\"; it stays unknown", userAgent, e);
            return Client.UNKNOWN;
        }
    }

    private static Client read(String userAgent, UserAgent parsed) {
        String device = parsed.getValue(UserAgent.DEVICE_CLASS);
        String agentClass = parsed.getValue(UserAgent.AGENT_CLASS);
        return new Client(
                known(device),
                known(parsed.getValue(UserAgent.AGENT_NAME)),
                known(parsed.getValue(UserAgent.OPERATING_SYSTEM_NAME)),
                isBot(device) || isBot(agentClass) || namesItselfBot(userAgent));
    }

    private static boolean isBot(@Nullable String kind) {
        return kind != null && (kind.startsWith("Robot") || kind.equals("Hacker"));
    }

    /** What nearly all robots that are not in the rules yet have in their name. */
    private static boolean namesItselfBot(String userAgent) {
        String text = userAgent.toLowerCase(Locale.ROOT);
        return (text.contains("bot") && !text.contains("cubot"))
                || text.contains("crawler")
                || text.contains("spider")
                || text.contains("http://")
                || text.contains("https://");
    }

    private static @Nullable String known(@Nullable String value) {
        return value == null || value.isEmpty() || value.startsWith("Unknown") || value.equals("??")
                ? null
                : TextCap.NAME.apply(value);
    }

    private static final class Shared {
        static final UserAgentParser PARSER = new UserAgentParser();
    }
}
