package io.tidemark.model;

import static io.tidemark.model.Dimension.HOST;
import static io.tidemark.model.Dimension.PATH;
import static io.tidemark.model.Dimension.REFERRER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AggregateTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "Pages", "1st", "a-b", "a b", "a;drop table x", "\"a\"", "public.a"})
    void aNameThatIsNoPlainOneIsRefused(String table) {
        assertThatThrownBy(() -> new Aggregate(table, List.of(HOST), true))
                .hasMessageContaining("table \"" + table + "\": a name is up to 57 of a-z");
    }

    @Test
    void aTableOfTidemarksIsRefused() {
        assertThatThrownBy(() -> new Aggregate("processed_events", List.of(HOST), true))
                .hasMessageContaining("another one of Tidemark's");
    }

    @Test
    void dimensionsThatMakeNoKeyAreRefused() {
        assertThatThrownBy(() -> new Aggregate("t", List.of(), true)).hasMessageContaining("has no dimension");
        assertThatThrownBy(() -> new Aggregate("t", List.of(HOST, PATH, HOST), true))
                .hasMessageContaining("has a dimension twice: host, path, host");
        assertThatThrownBy(() -> new Aggregate("t", List.of(HOST, PATH, REFERRER), true))
                .hasMessageContaining("host, path, referrer may take 4,255 bytes together");
    }

    @Test
    void aTableIsThereOnce() {
        Aggregate.requireDistinct(Aggregate.DEFAULTS);
        assertThat(Aggregate.DEFAULTS).hasSize(6);
        Aggregate one = new Aggregate("t", List.of(HOST), true);
        assertThatThrownBy(() -> Aggregate.requireDistinct(List.of(one, new Aggregate("t", List.of(PATH), true))))
                .hasMessageContaining("table \"t\" is there twice");
    }
}
