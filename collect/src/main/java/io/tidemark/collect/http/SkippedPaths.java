package io.tidemark.collect.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Page views that are left out on request: those of files, and those of certain paths. */
public final class SkippedPaths {
    /** Leaves out nothing. */
    public static final SkippedPaths NONE = new SkippedPaths(false, List.of());

    private static final Set<String> FILES = Set.of(
            "avif",
            "bmp",
            "css",
            "eot",
            "gif",
            "ico",
            "jpeg",
            "jpg",
            "js",
            "map",
            "mjs",
            "mp3",
            "mp4",
            "otf",
            "png",
            "svg",
            "ttf",
            "wasm",
            "wav",
            "webm",
            "webmanifest",
            "webp",
            "woff",
            "woff2");
    private static final Pattern AUTHORITY = Pattern.compile("^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*");

    private final boolean files;
    private final List<Pattern> patterns;

    private SkippedPaths(boolean files, List<Pattern> patterns) {
        this.files = files;
        this.patterns = patterns;
    }

    /**
     * Leaves out what is asked.
     *
     * @param files whether those of images, styles, scripts, fonts and the like are left out
     * @param patterns of paths, where {@code *} is any text
     * @throws IllegalArgumentException if one cannot be a path
     */
    public static SkippedPaths of(boolean files, List<String> patterns) {
        return new SkippedPaths(
                files, patterns.stream().map(SkippedPaths::compile).toList());
    }

    private static Pattern compile(String pattern) {
        if (!pattern.startsWith("/") && !pattern.startsWith("*")) {
            throw new IllegalArgumentException(
                    "A path begins with / or *, e.g. /admin/*; was \"%s\"".formatted(pattern));
        }
        return Pattern.compile(
                Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")),
                Pattern.DOTALL);
    }

    /** Whether a page view of that address is left out; null is an unknown one. */
    boolean has(@Nullable String url) {
        if (url == null || (!files && patterns.isEmpty())) {
            return false;
        }
        String path = path(url);
        int dot = path.lastIndexOf('.');
        if (files
                && dot > path.lastIndexOf('/')
                && FILES.contains(path.substring(dot + 1).toLowerCase(Locale.ROOT))) {
            return true;
        }
        return patterns.stream().anyMatch(each -> each.matcher(path).matches());
    }

    private static String path(String url) {
        String local = AUTHORITY.matcher(url).replaceFirst("");
        int end = local.length();
        for (char each : new char[] {'?', '#'}) {
            int at = local.indexOf(each);
            end = at < 0 ? end : Math.min(end, at);
        }
        return local.substring(0, end);
    }
}
