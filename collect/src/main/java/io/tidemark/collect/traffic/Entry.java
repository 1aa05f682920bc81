package io.tidemark.collect.traffic;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a visitor came.
 *
 * @param referrer null if directly
 * @param query what a campaign adds to the address, else empty
 */
record Entry(@Nullable String referrer, String query) {
    private static final double DIRECT_SHARE = 0.60;
    private static final double SEARCH_SHARE = 0.22;
    private static final double SOCIAL_SHARE = 0.10;

    private static final Entry DIRECT = new Entry(null, "");
    private static final List<Entry> SEARCH = plain(
            "https://www.google.com/",
            "https://www.bing.com/",
            "https://duckduckgo.com/",
            "https://search.yahoo.com/",
            "https://www.ecosia.org/",
            "https://yandex.ru/");
    private static final List<Entry> SOCIAL = plain(
            "https://www.facebook.com/",
            "https://t.co/Zx81kQ0aLm",
            "https://www.reddit.com/",
            "https://www.linkedin.com/",
            "https://news.ycombinator.com/",
            "https://www.youtube.com/");
    private static final List<Entry> CAMPAIGNS = List.of(
            new Entry("https://www.google.com/", "?utm_source=google&utm_medium=cpc&utm_campaign=spring_sale"),
            new Entry(null, "?utm_source=newsletter&utm_medium=email&utm_campaign=weekly"),
            new Entry(
                    "https://www.facebook.com/",
                    "?utm_source=facebook&utm_medium=paid_social&utm_campaign=launch&utm_content=video"),
            new Entry(
                    "https://partner.example/reviews",
                    "?utm_source=partner&utm_medium=affiliate&utm_campaign=reviews&utm_term=best+shoes"));
    private static final Popularity SEARCH_POPULARITY = new Popularity(SEARCH.size());
    private static final Popularity SOCIAL_POPULARITY = new Popularity(SOCIAL.size());

    private static List<Entry> plain(String... referrers) {
        return Arrays.stream(referrers).map(r -> new Entry(r, "")).toList();
    }

    static Entry any(RandomGenerator random) {
        double share = random.nextDouble();
        if (share < DIRECT_SHARE) {
            return DIRECT;
        }
        if (share < DIRECT_SHARE + SEARCH_SHARE) {
            return SEARCH.get(SEARCH_POPULARITY.any(random));
        }
        if (share < DIRECT_SHARE + SEARCH_SHARE + SOCIAL_SHARE) {
            return SOCIAL.get(SOCIAL_POPULARITY.any(random));
        }
        return CAMPAIGNS.get(random.nextInt(CAMPAIGNS.size()));
    }
}
