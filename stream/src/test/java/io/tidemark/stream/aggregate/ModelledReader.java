package io.tidemark.stream.aggregate;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.stream.FirstOccurrences;
import java.util.ArrayList;
import java.util.List;

/** A reader of the enriched topic with the filter that the aggregate job has, for the model of the whole way. */
public final class ModelledReader {
    private final FirstOccurrences occurrences = new FirstOccurrences();
    private final List<SourceCoordinates> admitted = new ArrayList<>();
    private final boolean offByOne;

    /** @param offByOne whether to admit the highest coordinates once more, a bug that the model must find */
    public ModelledReader(boolean offByOne) {
        this.offByOne = offByOne;
    }

    /** Goes on from a checkpoint. */
    public ModelledReader(Checkpoint checkpoint, boolean offByOne) {
        this(offByOne);
        occurrences.restore(checkpoint.positions());
        admitted.addAll(checkpoint.admitted());
    }

    /** State of the filter, and what it had admitted. */
    public record Checkpoint(List<SourceCoordinates> positions, List<SourceCoordinates> admitted) {
        public Checkpoint {
            positions = List.copyOf(positions);
            admitted = List.copyOf(admitted);
        }
    }

    public void read(SourceCoordinates source) {
        boolean again = offByOne && occurrences.positions().contains(source);
        if (occurrences.admit(source) || again) {
            admitted.add(source);
        }
    }

    public Checkpoint checkpoint() {
        return new Checkpoint(occurrences.positions(), admitted);
    }

    public List<SourceCoordinates> admitted() {
        return List.copyOf(admitted);
    }
}
