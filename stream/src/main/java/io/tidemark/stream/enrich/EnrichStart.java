package io.tidemark.stream.enrich;

import io.tidemark.model.Topics;
import io.tidemark.store.LedgerPositions;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.StartOffsetsResolver;

/** What has to be settled before the enrich job is submitted. */
public final class EnrichStart {
    private EnrichStart() {}

    /**
     * Where it starts if it does not go on from a checkpoint; the tables must be there. Committed offsets belong to Kafka's
     * group, whichever database the job wrote to: what this one has not dealt with is read all the same.
     */
    public static StartOffsets offsets(KafkaSettings kafka, StoreConfig store, StartFrom from) {
        return new StartOffsetsResolver(kafka, Topics.RAW, EnrichConfig.GROUP_ID)
                .resolve(from, topicId -> LedgerPositions.next(store, topicId));
    }
}
