package io.tidemark.chaos.traffic;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The oracle: what must be there in the end, from what was sent and where it came to stand.
 *
 * @param stored page views by their place
 * @param rejected records that cannot be used, by their place
 * @param byReferrer page views of each window, host and referrer
 */
public record Expected(
        Map<Place, Outcome.Stored> stored, Map<Place, Refused> rejected, Map<WindowReferrer, Long> byReferrer) {

    /** Window (by its start), host and referrer; empty for none. */
    public record WindowReferrer(long startMillis, String host, String referrer) {}

    /** Window (by its start) and host. */
    public record WindowHost(long startMillis, String host) {}

    /** A record that cannot be used, and the code of the reason. */
    public record Refused(Sent record, String reason) {}

    public Expected {
        stored = new TreeMap<>(stored);
        rejected = new TreeMap<>(rejected);
        byReferrer = Map.copyOf(byReferrer);
    }

    /** Works out what must become of the records that stand there. */
    public static Expected of(Map<Place, Sent> records, Duration window) {
        Map<Place, Outcome.Stored> stored = new TreeMap<>();
        Map<Place, Refused> rejected = new TreeMap<>();
        Map<WindowReferrer, Long> byReferrer = new HashMap<>();
        records.forEach((place, record) -> {
            if (record.outcome() instanceof Outcome.Stored view) {
                stored.put(place, view);
                long start = Math.floorDiv(view.eventMillis(), window.toMillis()) * window.toMillis();
                byReferrer.merge(new WindowReferrer(start, view.host(), view.referrer()), 1L, Long::sum);
            } else if (record.outcome() instanceof Outcome.Rejected refused) {
                rejected.put(place, new Refused(record, refused.reason()));
            }
        });
        return new Expected(stored, rejected, byReferrer);
    }

    /** Page views of each window and host. */
    public Map<WindowHost, Long> byHost() {
        Map<WindowHost, Long> hosts = new HashMap<>();
        byReferrer.forEach((key, hits) -> hosts.merge(new WindowHost(key.startMillis(), key.host()), hits, Long::sum));
        return hosts;
    }

    /** How many of the places lie in that partition. */
    public static long inPartition(Collection<Place> places, int partition) {
        return places.stream().filter(place -> place.partition() == partition).count();
    }
}
