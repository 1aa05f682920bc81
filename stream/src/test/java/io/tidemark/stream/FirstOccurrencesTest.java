package io.tidemark.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.model.SourceCoordinates;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FirstOccurrencesTest {
    private static final UUID TOPIC = new UUID(1, 2);
    private static final UUID MADE_ANEW = new UUID(1, 3);

    private final FirstOccurrences occurrences = new FirstOccurrences();

    private static SourceCoordinates at(int partition, long offset) {
        return new SourceCoordinates(TOPIC, partition, offset);
    }

    @Test
    void eachPartitionHasItsOwnOrder() {
        assertThat(occurrences.admit(at(0, 5))).isTrue();
        assertThat(occurrences.admit(at(1, 3))).isTrue();
        assertThat(occurrences.admit(at(0, 5))).isFalse();
        assertThat(occurrences.admit(at(1, 4))).isTrue();
        assertThat(occurrences.admit(at(0, 4))).isFalse();
        assertThat(occurrences.admit(at(0, 9))).isTrue();
        assertThat(occurrences.positions()).containsExactlyInAnyOrder(at(0, 9), at(1, 4));
    }

    @Test
    void topicMadeAnewStartsAnew() {
        assertThat(occurrences.admit(at(0, 5))).isTrue();
        assertThat(occurrences.admit(new SourceCoordinates(MADE_ANEW, 0, 0))).isTrue();
        assertThat(occurrences.admit(at(0, 5))).isFalse();
    }

    @Test
    void ofSeveralRestoredPositionsTheHighestCounts() {
        occurrences.restore(List.of(at(0, 5), at(0, 7), at(0, 6)));
        assertThat(occurrences.admit(at(0, 7))).isFalse();
        assertThat(occurrences.admit(at(0, 8))).isTrue();
    }

    /**
     * Writers that overlap as the design's section 3 has it: each goes on from what was written when its predecessor took
     * a checkpoint, and the predecessors write on for a while. The reader is restored now and then, too.
     */
    @Test
    void everyOffsetIsAdmittedOnceHoweverWritersOverlap() {
        long seed = System.nanoTime();
        for (int round = 0; round < 300; round++) {
            Random random = new Random(seed + round);
            long[] source = LongStream.range(0, 400)
                    .filter(offset -> random.nextInt(10) > 0)
                    .toArray();
            List<Long> log = writtenByOverlappingWriters(source, random);
            assertThat(admitted(log, random)).as("seed %d", seed + round).containsExactly(boxed(source));
        }
    }

    private static Long[] boxed(long[] source) {
        return LongStream.of(source).boxed().toArray(Long[]::new);
    }

    private static List<Long> writtenByOverlappingWriters(long[] source, Random random) {
        List<Long> log = new ArrayList<>();
        List<Integer> next = new ArrayList<>(List.of(0));
        int checkpoint = 0;
        while (next.get(next.size() - 1) < source.length) {
            int newest = next.size() - 1;
            int dice = random.nextInt(40);
            if (dice == 0) {
                next.add(checkpoint);
            } else if (dice < 4) {
                checkpoint = next.get(newest);
            } else {
                int writer = random.nextInt(3) > 0 ? newest : random.nextInt(next.size());
                if (next.get(writer) < source.length) {
                    log.add(source[next.get(writer)]);
                    next.set(writer, next.get(writer) + 1);
                }
            }
        }
        return log;
    }

    private static List<Long> admitted(List<Long> log, Random random) {
        List<Long> admitted = new ArrayList<>();
        FirstOccurrences reader = new FirstOccurrences();
        int at = 0;
        int savedAt = 0;
        int savedAdmitted = 0;
        List<SourceCoordinates> saved = List.of();
        while (at < log.size()) {
            int dice = random.nextInt(50);
            if (dice == 0) {
                savedAt = at;
                savedAdmitted = admitted.size();
                saved = reader.positions();
            } else if (dice == 1) {
                at = savedAt;
                admitted.subList(savedAdmitted, admitted.size()).clear();
                reader = new FirstOccurrences();
                reader.restore(saved);
            } else {
                long offset = log.get(at++);
                if (reader.admit(at(0, offset))) {
                    admitted.add(offset);
                }
            }
        }
        return admitted;
    }

    @Test
    void manyPartitionsInTurnAreToldApart() {
        for (int offset = 0; offset < 3; offset++) {
            long each = offset;
            assertThat(IntStream.range(0, 100)).allSatisfy(partition -> {
                assertThat(occurrences.admit(at(partition, each))).isTrue();
                assertThat(occurrences.admit(at(partition, each))).isFalse();
            });
        }
        assertThat(occurrences.positions()).hasSize(100);
    }
}
