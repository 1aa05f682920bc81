package io.tidemark.stream.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tidemark.model.PageView;
import io.tidemark.model.SessionMark;
import io.tidemark.model.SessionSpan;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.VisitorSession;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SessionTypesTest {
    private static final PageView FIRST =
            new PageView(-5, new SourceCoordinates(-1, 2, 3, 4), "/\u00fc", "direct", null);
    private static final PageView LAST = new PageView(7, new SourceCoordinates(-1, 2, 3, 5), "", "", "192.0.2.0");

    static Stream<Object> recordsBetweenOperators() {
        return Stream.of(
                new KeyedView("a\0b", FIRST),
                new KeyedView("a\0b", LAST),
                new VisitorSession("a", "v", new SessionSpan(FIRST, LAST, 6)),
                new SessionMark("a", "v", 5, 6));
    }

    /** Kryo would take what is no POJO; with generic types off, any such type deep inside is an error. */
    @ParameterizedTest
    @MethodSource("recordsBetweenOperators")
    void recordIsSerializedWithoutKryo(Object record) throws Exception {
        TypeInformation<?> type = TypeInformation.of(record.getClass());
        assertThat(type).isNotInstanceOf(GenericTypeInfo.class);
        assertThatCode(() -> serializer(type)).doesNotThrowAnyException();
        assertThat(copy(record, record.getClass())).isEqualTo(record);
    }

    private static TypeSerializer<?> serializer(TypeInformation<?> type) {
        SerializerConfigImpl noKryo = new SerializerConfigImpl();
        noKryo.setGenericTypes(false);
        return type.createSerializer(noKryo);
    }

    // The serializer is that of the record's own class.
    @SuppressWarnings("unchecked")
    private static <T> Object copy(Object record, Class<T> type) throws Exception {
        return copy((T) record, (TypeSerializer<T>) serializer(TypeInformation.of(type)));
    }

    private static <T> T copy(T value, TypeSerializer<T> serializer) throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(value, out);
        DataOutputSerializer copied = new DataOutputSerializer(64);
        serializer.copy(new DataInputDeserializer(out.getCopyOfBuffer()), copied);
        assertThat(copied.getCopyOfBuffer()).isEqualTo(out.getCopyOfBuffer());
        return serializer.deserialize(new DataInputDeserializer(copied.getCopyOfBuffer()));
    }

    @Test
    void stateIsTheSameBehindACheckpoint() throws Exception {
        KeptSessions kept = new KeptSessions();
        kept.setTimer(77);
        KeptSessions.Effect one = kept.add(FIRST, 5, Long.MIN_VALUE);
        kept.write(0, session -> {});
        KeptSessions.Effect other = kept.add(LAST, 5, 3);
        KeptSessions.Effect third = kept.add(new PageView(9, FIRST.source(), "/", "search", null), 5, Long.MIN_VALUE);
        assertThat(List.of(one, other, third))
                .containsExactly(KeptSessions.Effect.OPEN, KeptSessions.Effect.OPEN, KeptSessions.Effect.OPEN);

        KeptSessions read = copy(kept, KeptSessions.Serializer.INSTANCE);
        KeptSessions copied = KeptSessions.Serializer.INSTANCE.copy(kept);
        for (KeptSessions each : List.of(read, copied)) {
            assertThat(each.timer()).isEqualTo(77);
            assertThat(all(each))
                    .isEqualTo(List.of(new KeptSession(
                            new SessionSpan(LAST, new PageView(9, FIRST.source(), "/", "search", null), 2),
                            false,
                            true)));
            assertThat(each.next(-100, 5, 6)).isEqualTo(0);
        }
        kept.drop(100);
        assertThat(kept.isEmpty()).isTrue();
        assertThat(copied.isEmpty()).isFalse();
    }

    private static List<KeptSession> all(KeptSessions kept) {
        List<KeptSession> all = new ArrayList<>();
        KeptSessions.Serializer.INSTANCE.copy(kept).write(Long.MAX_VALUE, all::add);
        return all;
    }
}
