package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A page view with what enrichment found out: a row of {@code processed_events} and a record of {@link Topics#ENRICHED}.
 * Its texts are within their caps and hold neither NUL nor lone surrogates, see {@link TextCap}.
 *
 * @param host the site, never blank
 * @param eventTimeMillis when it happened, milliseconds since the epoch, UTC
 * @param ip the client's address, or what may be stored of it
 * @param userAgent the user agent string that was parsed
 * @param visitorId tells the visitors of a site and day apart: 16 hexadecimal digits; null if unknown
 * @param source kind of referrer, never null
 */
public record EnrichedEvent(
        String host,
        long eventTimeMillis,
        @Nullable String ip,
        @Nullable String url,
        @Nullable String referrer,
        @Nullable String userAgent,
        @Nullable String visitorId,
        Geo geo,
        Client client,
        ReferrerSource source,
        Campaign campaign) {

    public EnrichedEvent {
        requireNonNull(host, "host is null");
        requireNonNull(geo, "geo is null");
        requireNonNull(client, "client is null");
        requireNonNull(source, "source is null");
        requireNonNull(campaign, "campaign is null");
    }

    /**
     * Where the client's address is registered; all null if unknown.
     *
     * @param country ISO 3166-1 alpha-2 code, such as {@code GB}
     * @param state name of the first-level subdivision, in English
     * @param city name of the city, in English
     */
    public record Geo(
            @Nullable String country,
            @Nullable String state,
            @Nullable String city) {
        public static final Geo UNKNOWN = new Geo(null, null, null);

        public boolean isUnknown() {
            return country == null && state == null && city == null;
        }
    }

    /**
     * What the user agent says of the client; texts are null if unknown.
     *
     * @param device class of device, such as {@code Desktop}, {@code Phone}, {@code Tablet}
     * @param browser name without version, such as {@code Firefox}
     * @param os name without version, such as {@code Windows NT}
     * @param bot whether it says that it is a robot, or a tool that no person looks at
     */
    public record Client(
            @Nullable String device,
            @Nullable String browser,
            @Nullable String os,
            boolean bot) {
        public static final Client UNKNOWN = new Client(null, null, null, false);
    }

    /** The {@code utm_*} parameters of the URL's query, decoded; null where absent. */
    public record Campaign(
            @Nullable String source,
            @Nullable String medium,
            @Nullable String name,
            @Nullable String term,
            @Nullable String content) {
        public static final Campaign NONE = new Campaign(null, null, null, null, null);

        public boolean isPresent() {
            return source != null || medium != null || name != null || term != null || content != null;
        }
    }

    /** Kind of referrer. */
    public enum ReferrerSource {
        /** No referrer. */
        DIRECT,
        /** The same site. */
        INTERNAL,
        /** A search engine. */
        SEARCH,
        /** A social network. */
        SOCIAL,
        /** The URL carries campaign parameters. */
        CAMPAIGN,
        /** Any other site, or text that is no address. */
        OTHER;

        private final String code = name().toLowerCase(java.util.Locale.ROOT);

        /** The name as stored: lower case. */
        public String code() {
            return code;
        }
    }
}
