package io.tidemark.stream.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEvent.Campaign;
import io.tidemark.model.EnrichedEvent.Client;
import io.tidemark.model.EnrichedEvent.Geo;
import io.tidemark.model.EnrichedEvent.ReferrerSource;
import io.tidemark.model.SourceCoordinates;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnrichedTypeTest {
    private static final SourceCoordinates AT = new SourceCoordinates(1, 2, 3, 4);

    static Stream<Enriched> events() {
        return Stream.of(
                new Enriched(
                        new EnrichedEvent(
                                "a",
                                5,
                                null,
                                null,
                                null,
                                null,
                                null,
                                Geo.UNKNOWN,
                                Client.UNKNOWN,
                                ReferrerSource.DIRECT,
                                Campaign.NONE),
                        AT),
                new Enriched(
                        new EnrichedEvent(
                                "a",
                                5,
                                "ip",
                                "url",
                                "referrer",
                                "agent",
                                "0123456789abcdef",
                                new Geo("GB", "England", "London"),
                                new Client("Desktop", "Firefox", "Linux", true),
                                ReferrerSource.CAMPAIGN,
                                new Campaign("s", "m", "n", "t", "c")),
                        AT));
    }

    @ParameterizedTest
    @MethodSource("events")
    void enrichedEventIsSerializedWithoutKryo(Enriched event) throws Exception {
        SerializerConfigImpl noKryo = new SerializerConfigImpl();
        noKryo.setGenericTypes(false);
        TypeSerializer<Enriched> serializer = TypeInformation.of(Enriched.class).createSerializer(noKryo);
        DataOutputSerializer out = new DataOutputSerializer(64);
        serializer.serialize(event, out);
        assertThat(serializer.deserialize(new DataInputDeserializer(out.getCopyOfBuffer())))
                .isEqualTo(event);
    }
}
