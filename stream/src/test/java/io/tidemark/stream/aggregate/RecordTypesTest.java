package io.tidemark.stream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tidemark.model.GroupCount;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.WindowCounts;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.TopicRecord;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordTypesTest {
    private static final SourceCoordinates AT = new SourceCoordinates(1, 2, 3, 4);

    static Stream<Object> recordsBetweenOperators() {
        return Stream.of(
                AT,
                new TopicRecord(AT, 5, null, null, null),
                new TopicRecord(AT, 5, new byte[] {1}, new byte[] {2}, new byte[0]),
                new Rejected(AT, RejectReason.EMPTY, "message", null, null),
                new GroupCount("t", 5, 10, "a", 6, null),
                new GroupCount("t", 5, 10, "a", 6, new byte[] {1}),
                new CountedFrom("t", 5),
                new HitCount(5, "a", "r", 6),
                new LateHits(5, 10),
                new PartitionTime(3, 5),
                new WindowCounts(5, "a", Map.of("", 1L, "r", 2L)));
    }

    /** Kryo would take what is no POJO; with generic types off, any such type deep inside is an error. */
    @ParameterizedTest
    @MethodSource("recordsBetweenOperators")
    void recordIsSerializedWithoutKryo(Object record) throws Exception {
        TypeInformation<?> type = TypeInformation.of(record.getClass());
        assertThat(type).isNotInstanceOf(GenericTypeInfo.class);
        assertThatCode(() -> serializer(type)).doesNotThrowAnyException();
        assertThat(copy(record)).usingRecursiveComparison().isEqualTo(record);
    }

    private static TypeSerializer<?> serializer(TypeInformation<?> type) {
        SerializerConfigImpl noKryo = new SerializerConfigImpl();
        noKryo.setGenericTypes(false);
        return type.createSerializer(noKryo);
    }

    // The serializer is that of the record's own class.
    @SuppressWarnings("unchecked")
    private static <T> T copy(T record) throws Exception {
        TypeSerializer<T> serializer = (TypeSerializer<T>) serializer(TypeInformation.of(record.getClass()));
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(record, out);
        return serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer()));
    }
}
