package io.tidemark.chaos.check;

import io.tidemark.chaos.traffic.Expected;
import io.tidemark.chaos.traffic.Expected.WindowHost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Of every window and host: the sum by referrer = the count by host = the oracle's; and each referrer's count is its; and so is the sum over
 * every aggregate's groups.
 */
final class WindowsCheck implements Check {
    @Override
    public String name() {
        return "windows";
    }

    @Override
    public List<String> differences(Expected expected, Evidence found) {
        List<String> differences = new ArrayList<>();
        compare("by host", expected.byHost(), found.byHost(), WindowHost::startMillis, differences);
        compare(
                "by referrer",
                expected.byReferrer(),
                found.byReferrer(),
                Expected.WindowReferrer::startMillis,
                differences);
        Map<WindowHost, Long> referrers = new HashMap<>();
        found.byReferrer()
                .forEach(
                        (key, hits) -> referrers.merge(new WindowHost(key.startMillis(), key.host()), hits, Long::sum));
        compare("by host against the sum by referrer", referrers, found.byHost(), WindowHost::startMillis, differences);
        found.groups()
                .forEach((table, sums) ->
                        compare("by " + table, expected.byHost(), sums, WindowHost::startMillis, differences));
        return differences;
    }

    private static <K> void compare(
            String what, Map<K, Long> wanted, Map<K, Long> found, Function<K, Long> start, List<String> differences) {
        Set<K> keys = new HashSet<>(wanted.keySet());
        keys.addAll(found.keySet());
        keys.stream()
                .filter(key -> !wanted.getOrDefault(key, 0L).equals(found.getOrDefault(key, 0L)))
                .map(key -> "%s, window %s: %d instead of %d (%s)"
                        .formatted(
                                what,
                                Instant.ofEpochMilli(start.apply(key)),
                                found.getOrDefault(key, 0L),
                                wanted.getOrDefault(key, 0L),
                                key))
                .sorted()
                .forEach(differences::add);
    }
}
