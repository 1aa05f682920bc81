package io.tidemark.chaos.check;

import io.tidemark.chaos.traffic.Place;
import io.tidemark.chaos.traffic.Sent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The input itself: every record sent stands in the raw topic once, where the broker said. Else the oracle knows nothing. */
public final class InputCheck {
    /** Name of the check. */
    public static final String NAME = "input";

    private InputCheck() {}

    /** What the raw topic holds beside or instead of what was sent. */
    public static List<String> differences(Map<Long, Sent> sent, Map<Long, Place> acknowledged, Map<Place, Long> raw) {
        List<String> differences = new ArrayList<>();
        Map<Long, Place> places = new HashMap<>();
        new TreeMap<>(raw).forEach((place, id) -> {
            Place before = places.put(id, place);
            if (before != null) {
                differences.add("record " + id + " stands at " + before + " and at " + place);
            }
            if (!sent.containsKey(id)) {
                differences.add("record " + id + " at " + place + " was not sent");
            }
        });
        sent.keySet().stream()
                .filter(id -> !places.containsKey(id))
                .forEach(id -> differences.add("record " + id + " is missing"));
        acknowledged.forEach((id, place) -> {
            if (places.containsKey(id) && !place.equals(places.get(id))) {
                differences.add("record " + id + " stands at " + places.get(id) + "; acknowledged was " + place);
            }
        });
        return differences;
    }

    /** The records by their place. */
    public static Map<Place, Sent> byPlace(Map<Long, Sent> sent, Map<Place, Long> raw) {
        Map<Place, Sent> byPlace = new TreeMap<>();
        raw.forEach((place, id) -> {
            Sent record = sent.get(id);
            if (record != null) {
                byPlace.put(place, record);
            }
        });
        return byPlace;
    }
}
