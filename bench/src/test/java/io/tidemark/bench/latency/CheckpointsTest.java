package io.tidemark.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class CheckpointsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void sizesAndTimesAreReadFromFlinksAnswer() throws Exception {
        Checkpoints read = Checkpoints.of("aggregate", JSON.readTree("""
                {"counts": {"restored": 0, "total": 13, "in_progress": 1, "completed": 11, "failed": 1},
                 "summary": {
                    "state_size": {"min": 100, "max": 2000, "avg": 900, "p50": 850.5, "p99": 1999.9},
                    "end_to_end_duration": {"min": 4, "max": 31, "avg": 9, "p50": 7.4, "p99": "NaN"}}}
                """));
        assertThat(read).isEqualTo(new Checkpoints("aggregate", 11, 1, 851, 2_000, 7, 31));
    }

    @Test
    void beforeTheFirstOneThereIsNothing() throws Exception {
        Checkpoints read = Checkpoints.of("enrich", JSON.readTree("""
                {"counts": {"completed": 0, "failed": 0}, "summary": {"state_size": {"max": 0, "p50": "NaN"}}}
                """));
        assertThat(read).isEqualTo(new Checkpoints("enrich", 0, 0, 0, 0, 0, 0));
    }
}
