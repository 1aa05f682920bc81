package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class StoreConfigTest {
    @Test
    void showsNoPassword() {
        assertThat(new StoreConfig("jdbc:postgresql://db/tidemark?ssl=true&password=hush&a=b", "me", "secret"))
                .hasToString("jdbc:postgresql://db/tidemark?ssl=true&password=***&a=b as me");
    }

    @Test
    void refusesOtherDatabases() {
        assertThatThrownBy(() -> new StoreConfig("jdbc:mysql://db/x?password=hush", "me", "secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jdbc:mysql://db/x")
                .hasMessageNotContaining("hush");
    }

    @Test
    void travelsSerialized() throws IOException, ClassNotFoundException {
        StoreConfig config = new StoreConfig("jdbc:postgresql://db/tidemark", "me", "secret");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(config);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(config);
        }
    }

    @Test
    void wrongPasswordOrDatabaseFailsAtOnce() {
        StoreConfig config = StoreFixture.newDatabase();
        StoreConfig missing = new StoreConfig(config.jdbcUrl() + "_none", "postgres", "postgres");
        assertThatThrownBy(() -> {
                    try (TrafficQueries queries = new TrafficQueries(missing)) {
                        queries.totals();
                    }
                })
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("_none\" does not exist");
        assertThatThrownBy(() -> Migrations.apply(missing))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(missing.jdbcUrl());
    }

    @Test
    void addressHoldsNoPassword() {
        assertThat(new StoreConfig("jdbc:postgresql://db/t?password=hush&a=b&sslpassword=hush", "me", "").address())
                .isEqualTo("jdbc:postgresql://db/t?a=b");
        assertThat(new StoreConfig("jdbc:postgresql://db/t?sslpassword=hush", "me", "").address())
                .isEqualTo("jdbc:postgresql://db/t");
    }

    @Test
    void reachableSaysWhatIsWrong() {
        StoreConfig config = StoreFixture.newDatabase();
        config.requireReachable();
        StoreConfig closed = new StoreConfig("jdbc:postgresql://127.0.0.1:1/t?password=hush", "me", "secret");
        assertThatThrownBy(closed::requireReachable)
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith(
                        "Cannot connect to Postgres at jdbc:postgresql://127.0.0.1:1/t?password=*** as me: ")
                .hasMessageContaining("refused")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(new StoreConfig("jdbc:postgresql://db:no-port/t?password=hush", "me", "")::requireReachable)
                .isInstanceOf(StoreException.class)
                .hasMessageNotContaining("hush");
    }
}
