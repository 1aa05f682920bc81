package io.tidemark.collect.traffic;

import java.util.List;
import java.util.random.RandomGenerator;

/** Browsers, addresses and languages of made-up visitors. */
final class Visitors {
    private static final String WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) ";
    private static final String MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ";
    private static final String LINUX = "Mozilla/5.0 (X11; Linux x86_64) ";
    private static final String IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ";
    private static final String IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) ";
    private static final String WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) ";
    private static final String APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko) ";

    /** Of browsers and bots as they are seen in logs, roughly the most frequent first. */
    private static final List<String> USER_AGENTS = List.of(
            WINDOWS + WEBKIT + "Chrome/130.0.0.0 Safari/537.36",
            IPHONE + APPLE + "Version/17.5 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Linux; Android 10; K) " + WEBKIT + "Chrome/130.0.0.0 Mobile Safari/537.36",
            MAC + WEBKIT + "Chrome/130.0.0.0 Safari/537.36",
            MAC + APPLE + "Version/17.6 Safari/605.1.15",
            WINDOWS + WEBKIT + "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "Mozilla/5.0 (Linux; Android 14; SM-S918B) " + WEBKIT + "Chrome/129.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A536B) " + WEBKIT
                    + "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) " + WEBKIT + "Chrome/130.0.0.0 Mobile Safari/537.36",
            IPHONE + APPLE + "CriOS/130.0.6723.90 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0",
            IPAD + APPLE + "Version/17.5 Mobile/15E148 Safari/604.1",
            LINUX + WEBKIT + "Chrome/129.0.0.0 Safari/537.36",
            WINDOWS + WEBKIT + "Chrome/128.0.0.0 Safari/537.36 OPR/114.0.0.0",
            "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            IPHONE + APPLE + "FxiOS/132.0 Mobile/15E148 Safari/605.1.15",
            "Mozilla/5.0 (Linux; Android 13; SM-X710) " + WEBKIT + "Chrome/130.0.0.0 Safari/537.36",
            LINUX + WEBKIT + "Chrome/130.0.0.0 Safari/537.36 Vivaldi/7.0.3495.11",
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " + WEBKIT + "Chrome/129.0.0.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
            "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
            "curl/8.5.0");

    private static final Popularity POPULARITY = new Popularity(USER_AGENTS.size());

    private static final List<String> LANGUAGES = List.of("en-US", "en-GB", "de-DE", "fr-FR", "sv-SE", "ja-JP");

    private Visitors() {}

    static String anyUserAgent(RandomGenerator random) {
        return USER_AGENTS.get(POPULARITY.any(random));
    }

    static String anyLanguage(RandomGenerator random) {
        return LANGUAGES.get(random.nextInt(LANGUAGES.size()));
    }

    /** Of the ranges for documentation, and of the networks that the usual test databases know places of. */
    static String anyAddress(RandomGenerator random) {
        return switch (random.nextInt(12)) {
            case 0, 1 -> "192.0.2." + random.nextInt(1, 255);
            case 2, 3 -> "198.51.100." + random.nextInt(1, 255);
            case 4 -> "203.0.113." + random.nextInt(1, 255);
            case 5 -> "2001:db8::" + Integer.toHexString(random.nextInt(1, 0x10000));
            case 6, 7 -> "2.125.160." + random.nextInt(216, 224);
            case 8 -> "81.2.69." + random.nextInt(142, 144);
            case 9 -> "89.160.20." + random.nextInt(112, 128);
            case 10 -> "216.160.83." + random.nextInt(56, 64);
            default -> "2001:218::" + Integer.toHexString(random.nextInt(1, 0x10000));
        };
    }
}
