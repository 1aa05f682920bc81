package io.tidemark.stream.enrich;

import io.tidemark.model.EnrichedEvent.Campaign;
import io.tidemark.model.TextCap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads the {@code utm_*} parameters of a URL's query. Of a parameter given twice the first counts. */
final class CampaignParser {
    private static final String PREFIX = "utm_";

    private CampaignParser() {}

    static Campaign parse(String url) {
        int query = url.indexOf('?');
        if (query < 0 || url.indexOf(PREFIX, query) < 0) {
            return Campaign.NONE;
        }
        int fragment = url.indexOf('#', query);
        String parameters = url.substring(query + 1, fragment < 0 ? url.length() : fragment);
        Campaign campaign = new Campaign(
                value(parameters, "utm_source"),
                value(parameters, "utm_medium"),
                value(parameters, "utm_campaign"),
                value(parameters, "utm_term"),
                value(parameters, "utm_content"));
        return campaign.isPresent() ? campaign : Campaign.NONE;
    }

    private static @Nullable String value(String parameters, String name) {
        int at = 0;
        while (at <= parameters.length()) {
            int end = parameters.indexOf('&', at);
            end = end < 0 ? parameters.length() : end;
            if (parameters.startsWith(name, at)
                    && at + name.length() < end
                    && parameters.charAt(at + name.length()) == '=') {
                String kept = TextCap.NAME.apply(decode(parameters.substring(at + name.length() + 1, end)));
                return kept.isEmpty() ? null : kept;
            }
            at = end + 1;
        }
        return null;
    }

    /** Percent-decoded; text that is not validly encoded stays as it is. */
    private static String decode(String encoded) {
        try {
            return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return encoded;
        }
    }
}
