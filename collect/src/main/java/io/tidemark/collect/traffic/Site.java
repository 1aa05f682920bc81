package io.tidemark.collect.traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A made-up site and its pages, the most popular first. */
record Site(String host, List<String> paths, Popularity popularity) {
    private static final List<Site> ALL = List.of(
            of("shop.example.com", "/", "/sale", "/cart", "/products/", 120),
            of("news.example.net", "/", "/world", "/sport", "/2026/story-", 200),
            of("blog.example.org", "/", "/about", "/archive", "/posts/", 60),
            of("docs.example.com", "/", "/getting-started", "/reference", "/guide/chapter-", 40),
            of("www.example.org", "/", "/team", "/contact", "/press/", 20),
            of("status.example.net", "/", "/history", "/subscribe", "/incidents/", 15));
    private static final Popularity SITES = new Popularity(ALL.size());

    private static Site of(String host, String home, String second, String third, String prefix, int more) {
        List<String> paths = new ArrayList<>(List.of(home, second, third));
        for (int i = 1; i <= more; i++) {
            paths.add(prefix + i);
        }
        return new Site(host, List.copyOf(paths), new Popularity(paths.size()));
    }

    static Site any(RandomGenerator random) {
        return ALL.get(SITES.any(random));
    }

    String anyPath(RandomGenerator random) {
        return paths.get(popularity.any(random));
    }

    String address(String path) {
        return "https://" + host + path;
    }
}
