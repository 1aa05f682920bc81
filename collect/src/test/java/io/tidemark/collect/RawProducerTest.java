package io.tidemark.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RawProducerTest {
    @Test
    void givenSettingsGoBeforeTheDefaults() {
        assertThat(RawProducer.settings(Map.of("bootstrap.servers", "localhost:1", "linger.ms", 5)))
                .containsEntry("bootstrap.servers", "localhost:1")
                .containsEntry("linger.ms", 5)
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsEntry("compression.type", "lz4");
    }
}
