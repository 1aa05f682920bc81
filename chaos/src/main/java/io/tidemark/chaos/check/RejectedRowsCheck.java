package io.tidemark.chaos.check;

import io.tidemark.chaos.check.Evidence.RejectedRow;
import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.traffic.Expected;
import io.tidemark.chaos.traffic.Expected.Refused;
import io.tidemark.chaos.traffic.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The table of rejections has every record that cannot be used, each once, with the right reason; no event is in it. */
final class RejectedRowsCheck implements Check {
    @Override
    public String name() {
        return "rejected-rows";
    }

    @Override
    public List<String> differences(Expected expected, Evidence found) {
        List<String> differences = new ArrayList<>();
        Set<Source> seen = new HashSet<>();
        Set<Place> places = new HashSet<>();
        for (RejectedRow row : found.rejectedRows()) {
            Source source = row.source();
            if (!seen.add(source)) {
                differences.add(source.place() + " is rejected more than once");
                continue;
            }
            Refused refused = source.topicId().equals(found.topicId())
                    ? expected.rejected().get(source.place())
                    : null;
            if (refused == null) {
                differences.add(row + " is rejected, but no record of this run that cannot be used");
                continue;
            }
            places.add(source.place());
            if (!row.reason().equals(refused.reason())) {
                differences.add(
                        source.place() + " is rejected for " + row.reason() + " instead of " + refused.reason());
            }
        }
        expected.rejected().keySet().stream()
                .filter(place -> !places.contains(place))
                .forEach(place -> differences.add(place + " is not rejected"));
        return differences;
    }
}
