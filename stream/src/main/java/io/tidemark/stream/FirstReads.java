package io.tidemark.stream;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.CoordinatesReader;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.jspecify.annotations.Nullable;

/**
 * Lets each event of the enriched topic in once: drops records whose source coordinates were seen before, and makes sure
 * that it is one topic that is read on. Part of an operator's state. For one thread.
 */
public final class FirstReads {
    private final FirstOccurrences occurrences = new FirstOccurrences();
    private final CoordinatesReader coordinates = new CoordinatesReader();
    private final SameTopic topic;
    private @Nullable ListState<SourceCoordinates> positions;

    /** @param topic the name of the enriched topic */
    public FirstReads(String topic) {
        this.topic = new SameTopic(topic);
    }

    /** Every subtask takes all positions over, since it is not known yet which partitions it will read. */
    public void restore(OperatorStateStore store) throws Exception {
        positions = store.getUnionListState(new ListStateDescriptor<>("source-positions", SourceCoordinates.class));
        List<SourceCoordinates> restored = new ArrayList<>();
        positions.get().forEach(restored::add);
        occurrences.restore(restored);
        topic.restore(store);
    }

    public void snapshot() throws Exception {
        requireNonNull(positions, "state not initialized").update(occurrences.positions());
        topic.snapshot();
    }

    /**
     * The source coordinates of a record, which then count as seen.
     *
     * @return null if they were seen before
     * @throws InvalidEventException if the record has none
     * @throws IllegalStateException if the record is of another topic than before
     */
    public @Nullable SourceCoordinates admit(TopicRecord read) throws InvalidEventException {
        topic.require(read);
        SourceCoordinates source = coordinates(read);
        return occurrences.admit(source) ? source : null;
    }

    private SourceCoordinates coordinates(TopicRecord read) throws InvalidEventException {
        if (read.source() == null) {
            throw new InvalidEventException(
                    RejectReason.MISSING_COORDINATES, "Header " + SourceCoordinates.HEADER + " is absent");
        }
        try {
            return coordinates.read(read.source());
        } catch (IllegalArgumentException e) {
            throw new InvalidEventException(
                    RejectReason.MISSING_COORDINATES, "Header " + SourceCoordinates.HEADER + ": " + e.getMessage());
        }
    }
}
