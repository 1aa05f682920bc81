package io.tidemark.stream.enrich;

import io.tidemark.model.EnrichedEvent.Campaign;
import io.tidemark.model.EnrichedEvent.ReferrerSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells what kind of referrer led to a page. A campaign goes before all else, since its maker says where the visit came
 * from; then the referrer's host decides. For one thread.
 */
final class ReferrerClassifier {
    private static final int CACHED = 10_000;
    private static final Set<String> SEARCH = read("search-engines.txt");
    private static final Set<String> SOCIAL = read("social-networks.txt");

    private final Map<String, ReferrerSource> byHost = new LruCache<>(CACHED);

    ReferrerSource classify(String host, @Nullable String referrer, Campaign campaign) {
        if (campaign.isPresent()) {
            return ReferrerSource.CAMPAIGN;
        }
        if (referrer == null || referrer.isBlank()) {
            return ReferrerSource.DIRECT;
        }
        String from = hostOf(referrer);
        if (from == null) {
            return ReferrerSource.OTHER;
        }
        if (site(from).equalsIgnoreCase(site(withoutPort(host)))) {
            return ReferrerSource.INTERNAL;
        }
        return byHost.computeIfAbsent(from, ReferrerClassifier::kindOf);
    }

    /** A name is known with any subdomain; a name ending in {@code .*} with any public suffix as well. */
    private static ReferrerSource kindOf(String from) {
        String rest = from.toLowerCase(Locale.ROOT);
        while (true) {
            int dot = rest.indexOf('.');
            String anySuffix = dot < 0 ? rest : rest.substring(0, dot) + ".*";
            if (SEARCH.contains(rest) || (SEARCH.contains(anySuffix) && isSuffix(rest, dot))) {
                return ReferrerSource.SEARCH;
            }
            if (SOCIAL.contains(rest)) {
                return ReferrerSource.SOCIAL;
            }
            if (dot < 0) {
                return ReferrerSource.OTHER;
            }
            rest = rest.substring(dot + 1);
        }
    }

    /** Whether what follows the dot looks like a country's suffix or a general one: {@code de}, {@code co.uk}. */
    private static boolean isSuffix(String name, int dot) {
        if (dot < 0) {
            return false;
        }
        String[] labels = name.substring(dot + 1).split("\\.", -1);
        return labels.length == 1
                ? labels[0].length() <= 3
                : labels.length == 2 && labels[0].length() <= 3 && labels[1].length() == 2;
    }

    /** The host of an address with a scheme; null if there is none. */
    static @Nullable String hostOf(String referrer) {
        int scheme = referrer.indexOf("://");
        if (scheme <= 0) {
            return null;
        }
        int start = scheme + 3;
        int end = start;
        while (end < referrer.length() && "/?#\\".indexOf(referrer.charAt(end)) < 0) {
            end++;
        }
        String authority = referrer.substring(start, end);
        String host = withoutPort(authority.substring(authority.lastIndexOf('@') + 1));
        return host.isEmpty() ? null : host;
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private static String site(String host) {
        return host.regionMatches(true, 0, "www.", 0, 4) ? host.substring(4) : host;
    }

    private static Set<String> read(String name) {
        try (InputStream resource = Objects.requireNonNull(ReferrerClassifier.class.getResourceAsStream(name), name);
                BufferedReader lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + name, e);
        }
    }
}
