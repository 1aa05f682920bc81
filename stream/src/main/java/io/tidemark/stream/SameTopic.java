package io.tidemark.stream;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.SourceCoordinates;
import java.util.List;
import java.util.UUID;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a job reads the topic on, and not another of the same name: a position kept from the one that was
 * deleted means nothing in the one made anew, of which it would pass over the beginning. Part of an operator's state.
 */
public final class SameTopic {
    private final String name;
    private @Nullable ListState<String> state;

    /** Null until the first record of a job that began anew. */
    private @Nullable SourceCoordinates known;

    public SameTopic(String name) {
        this.name = name;
    }

    /** Takes over which topic was read before, on every subtask. */
    public void restore(OperatorStateStore store) throws Exception {
        state = store.getUnionListState(new ListStateDescriptor<>("topic-id", StringSerializer.INSTANCE));
        for (String each : state.get()) {
            known = new SourceCoordinates(UUID.fromString(each), 0, 0);
        }
    }

    public void snapshot() throws Exception {
        SourceCoordinates topic = known;
        requireNonNull(state, "state not initialized")
                .update(topic == null ? List.of() : List.of(topic.topicId().toString()));
    }

    /**
     * Checks a record's topic.
     *
     * @throws IllegalStateException if it is another one than before
     */
    public void require(TopicRecord read) {
        SourceCoordinates before = known;
        SourceCoordinates now = read.position();
        if (before == null) {
            known = now;
        } else if (before.topicIdLow() != now.topicIdLow() || before.topicIdHigh() != now.topicIdHigh()) {
            throw new IllegalStateException(
                    "Topic %s was deleted and made anew (id %s, was %s): the job cannot go on from where it was; start it anew with --fresh"
                            .formatted(name, now.topicId(), before.topicId()));
        }
    }
}
