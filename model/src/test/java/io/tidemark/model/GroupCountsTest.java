package io.tidemark.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GroupCountsTest {
    private static final long NOON = 1_772_366_400_000L;
    private static final TumblingWindows WINDOWS = new TumblingWindows(300_000);
    private static final Aggregate PAGES = new Aggregate("pages", List.of(Dimension.HOST, Dimension.PATH), true);
    private static final Aggregate BOTS = new Aggregate("bots", List.of(Dimension.BOT), false);
    private static final List<Aggregate> ALL = List.of(
            PAGES,
            BOTS,
            new Aggregate("landing", List.of(Dimension.REFERRER, Dimension.UTM_SOURCE), true),
            new Aggregate("clients", List.of(Dimension.BROWSER, Dimension.COUNTRY, Dimension.HOST), true));

    private final List<GroupCount> counted = new ArrayList<>();
    private final EnrichedEventCodec codec = new EnrichedEventCodec();

    private static EnrichedEvent event(String host, @Nullable String text, @Nullable String visitor, boolean bot) {
        return new EnrichedEvent(
                host,
                NOON,
                "192.0.2.0",
                text,
                text,
                text,
                visitor,
                new EnrichedEvent.Geo(text == null ? null : TextCap.NAME.apply(text), text, null),
                new EnrichedEvent.Client(null, text == null ? null : TextCap.NAME.apply(text), null, bot),
                EnrichedEvent.ReferrerSource.OTHER,
                new EnrichedEvent.Campaign(text == null ? null : TextCap.NAME.apply(text), null, null, null, null));
    }

    private Map<String, String> texts(GroupCounts counts) {
        counts.handOnAll();
        Map<String, String> found = new TreeMap<>();
        for (GroupCount each : counted) {
            byte[] sketch = each.visitors();
            found.put(
                    each.aggregate().replaceFirst("[|].*", "")
                            + ' '
                            + each.windowStartMillis()
                            + ' '
                            + each.key().replace('\0', '|'),
                    each.hits()
                            + (sketch == null
                                    ? ""
                                    : " by " + VisitorSketch.of(sketch).estimate()));
        }
        counted.clear();
        return found;
    }

    @Test
    void hitsAndVisitorsAreCountedByGroupAndWindow() {
        GroupCounts counts = new GroupCounts(List.of(PAGES, BOTS), WINDOWS, counted::add);
        assertThat(counts.earliestEnd()).isEqualTo(Long.MAX_VALUE);
        counts.add(codec.encode(event("a", "https://a/x?q=1", "v1", false)), NOON, every -> true);
        counts.add(codec.encode(event("a", "/x", "v2", true)), NOON, every -> true);
        counts.add(codec.encode(event("a", "/x#y", "v1", false)), NOON, every -> true);
        counts.add(codec.encode(event("a", null, null, false)), NOON + 300_000, every -> true);
        counts.add(codec.encode(event("b", "/x", "v3", false)), NOON, PAGES::equals);
        assertThat(counts.earliestEnd()).isEqualTo(NOON + 300_000);
        assertThat(texts(counts))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "pages " + NOON + " a|/x", "3 by 2",
                        "pages " + NOON + " b|/x", "1 by 1",
                        "pages " + (NOON + 300_000) + " a|", "1",
                        "bots " + NOON + " false", "2",
                        "bots " + NOON + " true", "1",
                        "bots " + (NOON + 300_000) + " false", "1"));
        assertThat(counts.size()).isZero();
    }

    @Test
    void longerWindowsAreCountedByTheirSlices() {
        Aggregate hours =
                new Aggregate("hours", List.of(Dimension.HOST), true).in(SlicedWindows.tumble(Duration.ofHours(1)));
        Aggregate hops = new Aggregate("hops", List.of(Dimension.HOST), false)
                .in(SlicedWindows.hop(Duration.ofHours(1), Duration.ofMinutes(10)));
        GroupCounts counts = new GroupCounts(List.of(hours, hops), WINDOWS, counted::add);
        counts.add(codec.encode(event("a", "/x", "v1", false)), NOON + 900_000, every -> true);
        assertThat(counts.earliestEnd()).isEqualTo(NOON + 1_200_000);
        counts.add(codec.encode(event("a", "/y", "v2", false)), NOON + 600_000, every -> true);
        counts.add(codec.encode(event("a", "/x", "v2", false)), NOON, every -> true);
        counts.handOnAll();
        assertThat(counted)
                .extracting(each -> each.aggregate().replaceFirst("[|].*", "")
                        + ' '
                        + (each.windowStartMillis() - NOON) / 60_000
                        + '-'
                        + (each.windowEndMillis() - NOON) / 60_000
                        + ' '
                        + each.hits())
                .containsExactlyInAnyOrder("hours 0-60 3", "hops 0-10 1", "hops 10-20 2");
    }

    /** What a correction counts of stored rows has to be what the job counts of the topic's records. */
    @Test
    void recordsAndRowsCountAlikeHoweverHostileTheyAre() throws IOException {
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("-Dtidemark.seed=" + seed);
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "a",
                "/",
                "?",
                "#",
                "://",
                "https://x.example/y",
                "\"",
                "\\",
                "\n",
                "\u0001",
                "é",
                "\uD83D\uDE00",
                "{",
                "x".repeat(300));
        GroupCounts ofRecords = new GroupCounts(ALL, WINDOWS, counted::add);
        GroupCounts ofRows = new GroupCounts(ALL, WINDOWS, counted::add);
        ObjectMapper json = new ObjectMapper();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int piece = random.nextInt(4); piece > 0; piece--) {
                text.append(pieces.get(random.nextInt(pieces.size())));
            }
            String clean = random.nextInt(20) == 0 ? null : TextCap.REFERRER.apply(text.toString());
            String host = clean == null || clean.isBlank() ? "h" : TextCap.HOST.apply(clean);
            String visitor = random.nextInt(10) == 0 ? null : "v" + random.nextInt(50);
            byte[] record = codec.encode(event(host, clean, visitor, random.nextBoolean()));
            Map<String, String> row = new HashMap<>();
            JsonNode fields = json.readTree(record);
            for (String column : ofRows.columns()) {
                if (fields.hasNonNull(column)) {
                    row.put(column, fields.get(column).asText());
                }
            }
            ofRecords.add(record, NOON, every -> true);
            ofRows.add(row, NOON);
        }
        Map<String, String> records = texts(ofRecords);
        assertThat(records).isEqualTo(texts(ofRows)).hasSizeGreaterThan(1_000);
    }

    /** Of other producers. Whoever counts hits takes them, so that they must be counted here too. */
    @Test
    void whatCannotBeReadCountsAsUnknown() {
        GroupCounts counts = new GroupCounts(List.of(PAGES, BOTS), WINDOWS, counted::add);
        for (String each : List.of(
                "{\"host\":\"a\",\"url\":\"/x\",\"bot\":false,",
                "{\"host\":\"a\",\"url\":\"/x\",\"url\":\"/y\",\"bot\":1,\"visitor_id\":null}",
                "{\"url\":null,\"host\":\"a\",\"bot\":\"\",\"visitor_id\":{}}",
                "{ \"host\" : \"a\" , \"bot\" : true }",
                "{\"host\":\"\\u0061\",\"url\":\"\\u0000/z\",\"bot\":truex}")) {
            counts.add(each.getBytes(UTF_8), NOON, every -> true);
        }
        assertThat(texts(counts))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "pages " + NOON + " a|/x", "1",
                        "pages " + NOON + " a|/y", "1",
                        "pages " + NOON + " a|", "2",
                        "pages " + NOON + " a|/z", "1",
                        "bots " + NOON + " false", "1",
                        "bots " + NOON + " true", "1",
                        "bots " + NOON + " ", "3"));
    }
}
