package io.tidemark.chaos.check;

import io.tidemark.chaos.check.Evidence.Row;
import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.traffic.Expected;
import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The events table has every event of the oracle, each once, as it was sent, and nothing else. */
final class StoredOnceCheck implements Check {
    @Override
    public String name() {
        return "stored-once";
    }

    @Override
    public List<String> differences(Expected expected, Evidence found) {
        List<String> differences = new ArrayList<>();
        Set<Source> seen = new HashSet<>();
        Set<Place> places = new HashSet<>();
        for (Row row : found.rows()) {
            Source source = row.source();
            if (!seen.add(source)) {
                differences.add(source.place() + " is stored more than once");
                continue;
            }
            Outcome.Stored event =
                    source.topicId().equals(found.topicId()) ? expected.stored().get(source.place()) : null;
            if (event == null) {
                differences.add(row + " is stored, but no event of this run");
                continue;
            }
            places.add(source.place());
            if (!event.equals(row.event())) {
                differences.add(source.place() + " is stored as " + row.event() + "; sent was " + event);
            }
        }
        expected.stored().keySet().stream()
                .filter(place -> !places.contains(place))
                .forEach(place -> differences.add(place + " is not stored"));
        return differences;
    }
}
