package io.tidemark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SourceCoordinatesTest {
    private static final UUID TOPIC = UUID.fromString("8c4f1e5c-0d4e-4b7a-9f43-0c2d9a3b1f77");

    @Test
    void theHeaderReadsBack() {
        SourceCoordinates source = new SourceCoordinates(TOPIC, 7, 123_456_789_012L);
        assertThat(new String(source.toHeader(), StandardCharsets.US_ASCII)).isEqualTo(TOPIC + "/7/123456789012");
        assertThat(SourceCoordinates.fromHeader(source.toHeader())).isEqualTo(source);
        assertThat(source.topicId()).isEqualTo(TOPIC);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7/1",
                "8c4f1e5c-0d4e-4b7a-9f43-0c2d9a3b1f77",
                "8c4f1e5c-0d4e-4b7a-9f43-0c2d9a3b1f77/7",
                "8c4f1e5c-0d4e-4b7a-9f43-0c2d9a3b1f77/7/",
                "8c4f1e5c-0d4e-4b7a-9f43-0c2d9a3b1f77/-7/1",
                "8c4f1e5c-0d4e-4b7a-9f43-0c2d9a3b1f77/7/1/2",
                "zc4f1e5c-0d4e-4b7a-9f43-0c2d9a3b1f77/7/1",
            })
    void anythingElseIsRefused(String header) {
        assertThatThrownBy(() -> SourceCoordinates.fromHeader(header.getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRunOfHeadersIsReadAsEachOfThem() {
        CoordinatesReader reader = new CoordinatesReader();
        String other = "00000000-0000-0000-0000-000000000001";
        for (String header : new String[] {
            TOPIC + "/7/0",
            TOPIC + "/7/1",
            TOPIC + "/7/999999999999999999",
            TOPIC + "/7/9223372036854775807",
            TOPIC + "/7/12",
            TOPIC + "/17/12",
            TOPIC + "/1/712",
            other + "/1/712",
            other + "/1/0713"
        }) {
            byte[] bytes = header.getBytes(StandardCharsets.US_ASCII);
            assertThat(reader.read(bytes)).as(header).isEqualTo(SourceCoordinates.fromHeader(bytes));
        }
        for (String header : new String[] {other + "/1/", other + "/1/x", other + "/1/7/1", other + "/1/-1", "x"}) {
            assertThatThrownBy(() -> reader.read(header.getBytes(StandardCharsets.US_ASCII)))
                    .as(header)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
