package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.store.AuditOffsets.Range;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AuditOffsetsTest {
    private static final long FAR = 1L << 40;

    @Test
    void tellsWhatIsNew() {
        AuditOffsets offsets = new AuditOffsets();
        assertThat(offsets.isEmpty()).isTrue();
        assertThat(offsets.add(FAR)).isTrue();
        assertThat(offsets.add(FAR)).isFalse();
        assertThat(offsets.size()).isEqualTo(1);
        assertThat(offsets.contains(FAR)).isTrue();
        assertThat(offsets.contains(FAR - 1)).isFalse();
    }

    @Test
    void aWordIsSixtyFourOffsets() {
        AuditOffsets offsets = new AuditOffsets();
        offsets.addWord(2, 1L | 1L << 63);
        offsets.addWord(3, 1L);
        assertThat(offsets.ranges(9)).containsExactly(new Range(128, 128), new Range(191, 192));
    }

    @Test
    void rangesAndGapsReachOverChunks() {
        AuditOffsets offsets = AuditOffsets.of(0, 3, FAR);
        for (long offset = 65_000; offset < 140_000; offset++) {
            offsets.add(offset);
        }
        assertThat(offsets.ranges(9))
                .containsExactly(new Range(0, 0), new Range(3, 3), new Range(65_000, 139_999), new Range(FAR, FAR));
        assertThat(offsets.ranges(1)).containsExactly(new Range(0, 0));
        assertThat(offsets.gaps(0, FAR + 1, 9))
                .containsExactly(new Range(1, 2), new Range(4, 64_999), new Range(140_000, FAR - 1));
        assertThat(offsets.gaps(65_000, 140_000, 9)).isEmpty();
        assertThat(offsets.gaps(139_999, 140_001, 9)).containsExactly(new Range(140_000, 140_000));
        assertThat(new AuditOffsets().gaps(5, 5, 9)).isEmpty();
    }

    @Test
    void sharesNothingWithItsCopies() {
        AuditOffsets offsets = AuditOffsets.of(1, 2, 3);
        offsets.between(0, 9).add(4);
        offsets.minus(AuditOffsets.of(1)).add(5);
        offsets.and(AuditOffsets.of(1)).add(6);
        assertThat(offsets.ranges(9)).containsExactly(new Range(1, 3));
    }

    @Test
    void doesAsATreeSetDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            TreeSet<Long> these = new TreeSet<>();
            TreeSet<Long> those = new TreeSet<>();
            for (int i = random.nextInt(300); i > 0; i--) {
                these.add(random.nextLong(200_000));
                those.add(random.nextLong(200_000));
                these.add(65_500 + random.nextLong(100));
                those.add(65_500 + random.nextLong(100));
            }
            long from = random.nextLong(200_000);
            long to = random.nextLong(200_000);
            TreeSet<Long> minus = new TreeSet<>(these);
            minus.removeAll(those);
            TreeSet<Long> and = new TreeSet<>(these);
            and.retainAll(those);
            TreeSet<Long> both = new TreeSet<>(these);
            both.addAll(those);
            AuditOffsets all = set(these);
            all.addAll(set(those));

            assertThat(all.ranges(9_999))
                    .as("seed %d", seed)
                    .isEqualTo(set(both).ranges(9_999));
            assertThat(all.size()).as("seed %d", seed).isEqualTo(both.size());
            assertThat(set(these).minus(set(those)).ranges(9_999))
                    .as("seed %d", seed)
                    .isEqualTo(set(minus).ranges(9_999));
            assertThat(set(these).and(set(those)).ranges(9_999))
                    .as("seed %d", seed)
                    .isEqualTo(set(and).ranges(9_999));
            assertThat(set(these).between(from, to).size())
                    .as("seed %d", seed)
                    .isEqualTo(from < to ? these.subSet(from, to).size() : 0);
        }
    }

    private static AuditOffsets set(Set<Long> offsets) {
        return AuditOffsets.of(offsets.stream().mapToLong(Long::longValue).toArray());
    }
}
