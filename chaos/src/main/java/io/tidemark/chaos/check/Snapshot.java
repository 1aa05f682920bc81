package io.tidemark.chaos.check;

import io.tidemark.chaos.traffic.Expected.WindowHost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a reader sees at one moment, by source partition and by window.
 *
 * @param ledgerStored rows that the ledger says are stored
 * @param rows rows that are stored
 * @param byHost hits by window and host
 * @param sumByReferrer the sum of the hits by referrer
 */
public record Snapshot(
        Map<String, Long> ledgerStored,
        Map<String, Long> rows,
        Map<WindowHost, Long> byHost,
        Map<WindowHost, Long> sumByReferrer) {

    /** Nothing stored as yet. */
    public static final Snapshot EMPTY = new Snapshot(Map.of(), Map.of(), Map.of(), Map.of());

    public Snapshot {
        ledgerStored = Map.copyOf(ledgerStored);
        rows = Map.copyOf(rows);
        byHost = Map.copyOf(byHost);
        sumByReferrer = Map.copyOf(sumByReferrer);
    }

    /** Where a part of a flush is seen, or a count that was higher before. */
    public List<String> differences(Snapshot before) {
        List<String> differences = new ArrayList<>();
        Set<String> partitions = new HashSet<>(ledgerStored.keySet());
        partitions.addAll(rows.keySet());
        for (String partition : partitions) {
            long told = ledgerStored.getOrDefault(partition, 0L);
            long there = rows.getOrDefault(partition, 0L);
            if (told != there) {
                differences.add("source partition " + partition + " has " + there + " rows; the ledger says " + told);
            }
        }
        Set<WindowHost> hosts = new HashSet<>(byHost.keySet());
        hosts.addAll(sumByReferrer.keySet());
        for (WindowHost host : hosts) {
            long count = byHost.getOrDefault(host, 0L);
            long sum = sumByReferrer.getOrDefault(host, 0L);
            if (count != sum) {
                differences.add("window " + window(host) + " has " + count + " hits; its referrers " + sum);
            }
        }
        before.rows.forEach((partition, count) -> {
            if (rows.getOrDefault(partition, 0L) < count) {
                differences.add("source partition " + partition + " had " + count + " rows, now "
                        + rows.getOrDefault(partition, 0L));
            }
        });
        before.byHost.forEach((host, count) -> {
            if (byHost.getOrDefault(host, 0L) < count) {
                differences.add(
                        "window " + window(host) + " had " + count + " hits, now " + byHost.getOrDefault(host, 0L));
            }
        });
        return differences;
    }

    private static String window(WindowHost host) {
        return Instant.ofEpochMilli(host.startMillis()) + " of " + host.host();
    }
}
