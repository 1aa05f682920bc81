package io.tidemark.stream.session;

import static io.tidemark.stream.session.SessionsFixture.NOON;
import static io.tidemark.stream.session.SessionsFixture.at;
import static io.tidemark.stream.session.SessionsFixture.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.EnrichedEventCodec;
import io.tidemark.model.PageView;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SessionsBy;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.TopicRecord;
import java.nio.charset.StandardCharsets;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadViewsTest {
    private OneInputStreamOperatorTestHarness<TopicRecord, KeyedView> reader = reader(SessionsBy.VISITOR);

    private static OneInputStreamOperatorTestHarness<TopicRecord, KeyedView> reader(SessionsBy by) {
        try {
            var reader = new OneInputStreamOperatorTestHarness<>(new ReadViews(by));
            reader.open();
            return reader;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() throws Exception {
        reader.close();
    }

    private void read(byte @Nullable [] value, SourceCoordinates source) throws Exception {
        reader.processElement(new StreamRecord<>(
                new TopicRecord(new SourceCoordinates(9, 9, 0, 0), 0, null, value, source.toHeader())));
    }

    private void read(String json, long offset) throws Exception {
        read(json.getBytes(StandardCharsets.UTF_8), at(0, offset));
    }

    private long tally(String name) {
        Object count =
                reader.getOperator().getRuntimeContext().getAccumulator(name).getLocalValue();
        return count instanceof Long number ? number : 0;
    }

    @Test
    void viewIsOfItsHostAndVisitor() throws Exception {
        read(new EnrichedEventCodec().encode(event("a.example", "0123456789abcdef", NOON, "/p")), at(3, 4));
        assertThat(reader.extractOutputValues())
                .containsExactly(new KeyedView(
                        "a.example\0" + "0123456789abcdef", new PageView(NOON, at(3, 4), "/p", "direct", "192.0.2.0")));
        assertThat(KeyedView.host("a.example\0v")).isEqualTo("a.example");
        assertThat(KeyedView.visitor("a.example\0v")).isEqualTo("v");
    }

    @Test
    void byAddressTheVisitorCountsForNothing() throws Exception {
        reader.close();
        reader = reader(SessionsBy.IP);
        read(new EnrichedEventCodec().encode(event("a.example", null, NOON, "/p")), at(0, 0));
        assertThat(reader.extractOutputValues())
                .extracting(KeyedView::key)
                .containsExactly("a.example\0" + "192.0.2.0");
    }

    @Test
    void whatWasReadBeforeIsDropped() throws Exception {
        byte[] value = new EnrichedEventCodec().encode(event("a.example", "v", NOON, "/p"));
        read(value, at(0, 5));
        read(value, at(0, 4));
        read(value, at(0, 5));
        read(value, at(1, 4));
        assertThat(reader.extractOutputValues()).hasSize(2);
        assertThat(tally(Tallies.DUPLICATES)).isEqualTo(2);
    }

    @Test
    void viewOfNobodyIsCounted() throws Exception {
        read(new EnrichedEventCodec().encode(event("a.example", null, NOON, "/p")), at(0, 0));
        read("{\"host\":\"h\",\"event_timestamp\":\"2026-03-01T12:00:00Z\",\"visitor_id\":\"\"}", 1);
        read("{\"host\":\"h\",\"event_timestamp\":\"2026-03-01T12:00:00Z\",\"visitor_id\":7}", 2);
        assertThat(reader.extractOutputValues()).isEmpty();
        assertThat(tally(Tallies.NO_VISITOR)).isEqualTo(3);
        assertThat(tally(Tallies.READ)).isEqualTo(3);
    }

    @Test
    void textThatHasToBeParsedIsTakenAsItIsMeant() throws Exception {
        read(
                "{\"visitor_id\":\"\\u0076\",\"host\":\"\\u0061\",\"x\":{\"host\":\"no\"},\"event_timestamp\":"
                        + "\"2026-03-01T12:00:00Z\",\"referrer\":null,\"url\":\"/\u00fc?x\"}",
                0);
        assertThat(reader.extractOutputValues())
                .containsExactly(new KeyedView("a\0v", new PageView(NOON, at(0, 0), "/\u00fc", "", null)));
    }

    @Test
    void whatCannotBeUsedIsRejectedAsItCame() throws Exception {
        read("{", 0);
        read("{\"event_timestamp\":\"2026-03-01T12:00:00Z\"}", 1);
        read((byte[]) null, at(0, 2));
        reader.processElement(
                new StreamRecord<>(new TopicRecord(new SourceCoordinates(9, 9, 0, 3), 0, null, new byte[0], null)));
        assertThat(reader.getSideOutput(SessionJob.REJECTED))
                .extracting(StreamRecord::getValue)
                .extracting(Rejected::reason)
                .containsExactly(
                        RejectReason.MALFORMED_JSON,
                        RejectReason.MISSING_HOST,
                        RejectReason.EMPTY,
                        RejectReason.MISSING_COORDINATES);
        assertThat(tally(Tallies.REJECTED_PREFIX + "missing_host")).isEqualTo(1);
    }
}
