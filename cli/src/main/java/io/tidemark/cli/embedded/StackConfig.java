package io.tidemark.cli.embedded;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * What the embedded stack is to look like.
 *
 * @param data folder of everything that is kept; made if absent
 * @param partitions of the raw and the enriched topic where they do not exist yet
 * @param slots task slots of the Flink cluster: the sum of the parallelisms of the jobs that run at once
 * @param external servers that are not to be started
 */
public record StackConfig(Path data, int partitions, int slots, ServerPorts ports, External external) {

    public static final int DEFAULT_PARTITIONS = 4;

    private static final int JOBS = 3;
    private static final int SPARE_SLOTS = 2;

    public StackConfig {
        data = requireNonNull(data, "data is null").toAbsolutePath().normalize();
        requireNonNull(ports, "ports is null");
        requireNonNull(external, "external is null");
        requireAtLeastOne("partitions", partitions);
        requireAtLeastOne("slots", slots);
    }

    /** Free ports, the default number of partitions, room for both jobs. */
    public static StackConfig at(Path data) {
        return new StackConfig(data, DEFAULT_PARTITIONS, slotsFor(DEFAULT_PARTITIONS), ServerPorts.ANY, External.NONE);
    }

    public StackConfig withPartitions(int newPartitions) {
        return new StackConfig(data, newPartitions, slots, ports, external);
    }

    /** Room for an enrich and an aggregate job of that parallelism, and then some. */
    public StackConfig withParallelism(int parallelism) {
        return new StackConfig(data, partitions, slotsFor(parallelism), ports, external);
    }

    public StackConfig withPorts(ServerPorts newPorts) {
        return new StackConfig(data, partitions, slots, newPorts, external);
    }

    public StackConfig withExternal(External servers) {
        return new StackConfig(data, partitions, slots, ports, servers);
    }

    private static int slotsFor(int parallelism) {
        return JOBS * Math.max(parallelism, Runtime.getRuntime().availableProcessors()) + SPARE_SLOTS;
    }

    /**
     * Fails for a number below one.
     *
     * @throws IllegalArgumentException naming it
     */
    public static void requireAtLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1; was " + value);
        }
    }
}
