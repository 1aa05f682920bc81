package io.tidemark.collect.http;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may send events.
 *
 * @param key that its pages and servers name; no secret, since every page shows it
 * @param hosts that its events may be of, in lower case; {@code *.example.org} is any host below
 */
public record Site(String key, Set<String> hosts) {
    public Site {
        requireNonNull(key, "key is null");
        if (!key.matches("[A-Za-z0-9_-]{4,64}")) {
            throw new IllegalArgumentException(
                    "A site's key has 4 to 64 letters, digits, - or _; was \"%s\"".formatted(key));
        }
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException(
                    "The site %s has no hosts; name them, e.g. %s=example.org".formatted(key, key));
        }
        hosts = hosts.stream()
                .map(each -> each.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Reads {@code KEY=HOST,HOST}.
     *
     * @throws IllegalArgumentException if it is not of that form
     */
    public static Site parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException(
                    "A site is KEY=HOST[,HOST…], e.g. shop=example.org; was \"%s\"".formatted(text));
        }
        return new Site(
                text.substring(0, equals).strip(),
                Arrays.stream(text.substring(equals + 1).split(","))
                        .filter(each -> !each.isBlank())
                        .collect(Collectors.toSet()));
    }

    boolean has(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (hosts.contains(lower)) {
            return true;
        }
        for (int dot = lower.indexOf('.'); dot >= 0; dot = lower.indexOf('.', dot + 1)) {
            if (hosts.contains("*" + lower.substring(dot))) {
                return true;
            }
        }
        return false;
    }
}
