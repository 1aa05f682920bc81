package io.tidemark.chaos.check;

import io.tidemark.chaos.check.Evidence.Forwarded;
import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.traffic.Expected;
import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * In the second topic every event is, as it was sent, in the partition it came from, and the first occurrences of a
 * partition's offsets are in ascending order: so the filter of its readers lets each through once. None is missing, none
 * is too many.
 */
final class SecondTopicCheck implements Check {
    @Override
    public String name() {
        return "second-topic";
    }

    @Override
    public List<String> differences(Expected expected, Evidence found) {
        List<String> differences = new ArrayList<>();
        Set<Place> seen = new HashSet<>();
        Map<Integer, Long> highest = new HashMap<>();
        for (Forwarded record : found.forwarded()) {
            Source source = record.source();
            if (source == null || !source.topicId().equals(found.topicId())) {
                differences.add(
                        "a record of partition " + record.partition() + " does not come from the raw topic: " + source);
                continue;
            }
            Place place = source.place();
            if (record.partition() != place.partition()) {
                differences.add(place + " is in partition " + record.partition());
            }
            Outcome.Stored sent = expected.stored().get(place);
            if (sent == null) {
                differences.add(place + " is there, but no event of this run");
            } else if (!sent.withoutUserAgent().equals(record.event())) {
                differences.add(place + " is "
                        + (record.event() == null ? "not to be read" : "there as " + record.event()) + "; sent was "
                        + sent);
            }
            if (!seen.add(place)) {
                continue;
            }
            long before = highest.getOrDefault(place.partition(), -1L);
            if (place.offset() < before) {
                differences.add(place + " comes for the first time after offset " + before
                        + ": readers will take it for a repeat");
            }
            highest.merge(place.partition(), place.offset(), Math::max);
        }
        expected.stored().keySet().stream()
                .filter(place -> !seen.contains(place))
                .forEach(place -> differences.add(place + " is missing"));
        return differences;
    }
}
