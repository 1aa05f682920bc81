package io.tidemark.store;

import static io.tidemark.store.StoreFixture.rows;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VisitorSaltsTest {
    private final StoreConfig config = StoreFixture.newDatabase();
    private final long today = LocalDate.now(ZoneOffset.UTC).toEpochDay();
    private final long later = today + 3;
    private Duration ahead = Duration.ZERO;
    private final VisitorSalts salts = salts(1);

    private VisitorSalts salts(long seed) {
        InstantSource source = () -> Instant.now().plus(ahead);
        Clock clock = source.withZone(ZoneOffset.UTC);
        return new VisitorSalts(
                Session.patient(config.writerConnections("visitors", Duration.ofMinutes(1))),
                new SplittableRandom(seed),
                clock);
    }

    private void age(Duration by) {
        StoreFixture.run(
                config, "update visitor_salts set created_at = created_at - interval '" + by.toSeconds() + " seconds'");
    }

    @AfterEach
    void close() {
        salts.close();
    }

    @Test
    void aDaysSaltIsMadeOnceAndTheSameForAll() {
        VisitorSalt made = salts.of(later);
        assertThat(salts.of(later)).isSameAs(made);
        assertThat(salts.of(later + 1).bytes()).isNotEqualTo(made.bytes());
        try (VisitorSalts others = salts(2)) {
            assertThat(others.of(later).bytes()).isEqualTo(made.bytes());
        }
        assertThat(rows(config, "select distinct span, count(*) over () from visitor_salts"))
                .containsExactly("day|2");
    }

    @Test
    void daysOfThePastHaveSaltsOfTheirOwnThatOneOfTheirMonthIsKeptFor() {
        Set<String> different = new HashSet<>();
        try (VisitorSalts others = salts(2)) {
            for (long day = today - 100; day <= today; day++) {
                String salt = HexFormat.of().formatHex(salts.of(day).bytes());
                different.add(salt);
                assertThat(HexFormat.of().formatHex(others.of(day).bytes())).isEqualTo(salt);
            }
        }
        assertThat(different).hasSize(101);
        assertThat(rows(config, "select count(*) from visitor_salts where span = 'day'"))
                .containsExactly("2");
        assertThat(Integer.parseInt(rows(config, "select count(*) from visitor_salts where span = 'month'")
                        .get(0)))
                .isBetween(4, 5);
    }

    @Test
    void anOldSaltIsDeletedAndAskedForAgainAnotherIsMade() {
        VisitorSalt first = salts.of(later);
        age(VisitorSalts.KEPT.minusMinutes(5));
        salts.purge();
        try (VisitorSalts others = salts(2)) {
            assertThat(others.of(later).bytes()).isEqualTo(first.bytes());
        }
        age(Duration.ofMinutes(6));
        salts.purge();
        assertThat(rows(config, "select * from visitor_salts")).isEmpty();
        try (VisitorSalts others = salts(2)) {
            assertThat(others.of(later).bytes()).isNotEqualTo(first.bytes());
        }
    }

    @Test
    void whoHasReadASaltForgetsItWhenItIsToBeDeleted() {
        VisitorSalt first = salts.of(later);
        salts.of(later + 1);
        ahead = VisitorSalts.KEPT.minusMinutes(5);
        assertThat(salts.of(later)).isSameAs(first);
        ahead = VisitorSalts.KEPT.plusMinutes(5);
        age(VisitorSalts.KEPT.plusMinutes(5));
        assertThat(salts.of(later).bytes()).isNotEqualTo(first.bytes());
    }

    @Test
    void aDayBeforeTheCommonEraHasOneToo() {
        long day = LocalDate.of(-1, 1, 1).toEpochDay();
        assertThat(salts.of(day).bytes()).isNotEqualTo(salts.of(day + 1).bytes());
    }
}
