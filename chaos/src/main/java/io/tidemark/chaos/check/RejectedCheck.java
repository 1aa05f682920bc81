package io.tidemark.chaos.check;

import io.tidemark.chaos.check.Evidence.Returned;
import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.traffic.Expected;
import io.tidemark.chaos.traffic.Expected.Refused;
import io.tidemark.chaos.traffic.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Every record that cannot be used is in the topic of rejected ones, as it was sent, with the right reason; no other. */
final class RejectedCheck implements Check {
    @Override
    public String name() {
        return "rejected-topic";
    }

    @Override
    public List<String> differences(Expected expected, Evidence found) {
        List<String> differences = new ArrayList<>();
        Set<Place> seen = new HashSet<>();
        for (Returned record : found.rejected()) {
            Source source = record.source();
            Refused refused = source != null && source.topicId().equals(found.topicId())
                    ? expected.rejected().get(source.place())
                    : null;
            if (source == null || refused == null) {
                differences.add("rejected for " + record.reason() + ", but can be used: " + source);
                continue;
            }
            seen.add(source.place());
            if (!record.reason().equals(refused.reason())) {
                differences.add(
                        source.place() + " is rejected for " + record.reason() + " instead of " + refused.reason());
            }
            if (!Objects.equals(record.value(), refused.record().value())) {
                differences.add(source.place() + " is not rejected as it was sent");
            }
        }
        expected.rejected().forEach((place, refused) -> {
            if (!seen.contains(place)) {
                differences.add(place + " is not rejected; it cannot be used for " + refused.reason());
            }
        });
        return differences;
    }
}
