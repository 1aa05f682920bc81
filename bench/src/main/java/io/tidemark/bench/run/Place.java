package io.tidemark.bench.run;

import io.tidemark.store.StoreConfig;

/**
 * What a contender works on.
 *
 * @param bootstrap of Kafka
 * @param store the database, whose tables exist and are empty
 * @param parallelism how many threads or tasks it may use
 * @param group consumer group, another one each time
 * @param folder of its own, for what it writes beside its results
 * @param events in the input
 */
public record Place(
        String bootstrap, StoreConfig store, int parallelism, String group, java.nio.file.Path folder, long events) {}
