package io.tidemark.chaos.check;

import io.tidemark.chaos.check.Evidence.Forwarded;
import io.tidemark.chaos.check.Evidence.LedgerRow;
import io.tidemark.chaos.check.Evidence.RejectedRow;
import io.tidemark.chaos.check.Evidence.Returned;
import io.tidemark.chaos.check.Evidence.Row;
import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.traffic.Expected;
import io.tidemark.chaos.traffic.Expected.WindowHost;
import io.tidemark.chaos.traffic.Expected.WindowReferrer;
import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import io.tidemark.chaos.traffic.Sent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A small run of two partitions, of which everything is as it must be until a test changes something. */
final class Fabricated {
    static final String TOPIC = "00000000-0000-0000-0000-0000000000aa";
    static final Duration WINDOW = Duration.ofSeconds(5);
    static final Place FIRST = new Place(0, 0);
    static final Place BROKEN = new Place(0, 1);
    static final Place SECOND = new Place(0, 2);
    static final Place OTHER = new Place(1, 0);
    static final String URL = "/page/1";
    static final String IP = "192.0.2.1";
    static final String AGENT = "curl/8.5.0";
    static final ByteBuffer RUBBISH = ByteBuffer.wrap("rubbish".getBytes(StandardCharsets.UTF_8));

    final Map<Place, Sent> input = new TreeMap<>();
    final List<Forwarded> forwarded = new ArrayList<>();
    final List<Returned> rejected = new ArrayList<>();
    final List<Row> rows = new ArrayList<>();
    final List<RejectedRow> rejectedRows = new ArrayList<>();
    final List<LedgerRow> ledger = new ArrayList<>();
    final Map<WindowHost, Long> byHost = new HashMap<>();
    final Map<WindowReferrer, Long> byReferrer = new HashMap<>();
    final Map<String, Map<WindowHost, Long>> groups = new HashMap<>();

    Fabricated() {
        view(FIRST, "a.test", "https://r.test/", 1_000);
        view(SECOND, "a.test", "", 4_999);
        view(OTHER, "a.test", "", 5_000);
        input.put(BROKEN, new Sent(9, 0, RUBBISH, new Outcome.Rejected("malformed_json")));
        rejected.add(new Returned(source(BROKEN), "malformed_json", RUBBISH));
        rejectedRows.add(new RejectedRow(source(BROKEN), "malformed_json"));
        ledger.add(new LedgerRow(TOPIC, 0, 0, 3, 2, 1, 0));
        ledger.add(new LedgerRow(TOPIC, 1, 0, 1, 1, 0, 0));
        byReferrer.put(new WindowReferrer(0, "a.test", "https://r.test/"), 1L);
        byReferrer.put(new WindowReferrer(0, "a.test", ""), 1L);
        byReferrer.put(new WindowReferrer(5_000, "a.test", ""), 1L);
        byHost.put(new WindowHost(0, "a.test"), 2L);
        byHost.put(new WindowHost(5_000, "a.test"), 1L);
        groups.put("processed_events_aggregated_page", new HashMap<>(byHost));
    }

    private void view(Place place, String host, String referrer, long at) {
        Outcome.Stored event = new Outcome.Stored(host, referrer, at, URL, IP, AGENT);
        input.put(place, new Sent(input.size(), place.partition(), null, event));
        rows.add(new Row(source(place), event));
        forwarded.add(new Forwarded(place.partition(), source(place), event.withoutUserAgent()));
    }

    static Source source(Place place) {
        return new Source(TOPIC, place);
    }

    Expected expected() {
        return Expected.of(input, WINDOW);
    }

    Evidence evidence() {
        Map<Place, Long> raw = new HashMap<>();
        input.forEach((place, record) -> raw.put(place, record.id()));
        return new Evidence(
                TOPIC,
                raw,
                Map.of(0, 3L, 1, 1L),
                forwarded,
                rejected,
                rows,
                rejectedRows,
                ledger,
                byHost,
                byReferrer,
                groups,
                List.of(),
                List.of());
    }

    /** Names of the checks that find something. */
    List<String> failing() {
        return Checks.run(expected(), evidence()).stream()
                .map(Finding::check)
                .distinct()
                .toList();
    }
}
