package io.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RejectedRecordsTest {
    private static final byte[] KEY = {1, 2, 3};

    @Test
    void recordStaysAsItCame() {
        byte[] value = new byte[RejectedRecords.MAX_BYTES];
        Arrays.fill(value, (byte) 7);
        ProducerRecord<byte[], byte[]> record = serialize(value);
        assertThat(record.topic()).isEqualTo(Topics.REJECTED);
        assertThat(record.key()).isEqualTo(KEY);
        assertThat(record.value()).isEqualTo(value);
        assertThat(header(record, RejectReason.REASON_HEADER)).isEqualTo("malformed_json");
        assertThat(header(record, RejectReason.MESSAGE_HEADER)).isEqualTo("broken");
        assertThat(header(record, SourceCoordinates.HEADER)).endsWith("/3/4");
        assertThat(header(record, RejectReason.CUT_HEADER)).isNull();
    }

    @Test
    void tombstoneStaysOne() {
        assertThat(serialize(null).value()).isNull();
    }

    @Test
    void valueThatNoTopicTakesIsCutAndItsSizeTold() {
        ProducerRecord<byte[], byte[]> record = serialize(new byte[100_000_000]);
        assertThat(record.value()).hasSize(RejectedRecords.MAX_BYTES);
        assertThat(header(record, RejectReason.CUT_HEADER)).isEqualTo("value of 100000000 bytes cut to 3145728");
    }

    private static ProducerRecord<byte[], byte[]> serialize(byte @Nullable [] value) {
        Rejected rejected =
                new Rejected(new SourceCoordinates(1, 2, 3, 4), RejectReason.MALFORMED_JSON, "broken", KEY, value);
        return RejectedRecords.toRecord(rejected);
    }

    private static @Nullable String header(ProducerRecord<byte[], byte[]> record, String name) {
        Header found = record.headers().lastHeader(name);
        return found == null ? null : new String(found.value(), StandardCharsets.UTF_8);
    }
}
