package io.tidemark.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUrlTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            postgresql://db:5432/t                             | jdbc:postgresql://db:5432/t              | -  | -
            jdbc:postgresql://db/t                             | jdbc:postgresql://db/t                   | -  | -
            postgres://me:hush@db/t                            | jdbc:postgresql://db/t                   | me | hush
            postgresql://me@[::1]:5432/t?sslmode=require       | jdbc:postgresql://[::1]:5432/t?sslmode=require | me | -
            postgresql://me:a%40b+c@db/t                       | jdbc:postgresql://db/t                   | me | a@b+c
            postgresql://me:a@b@db/t                           | jdbc:postgresql://db/t                   | me | a@b
            jdbc:postgresql://db/t?user=me&password=a%26b&x=y  | jdbc:postgresql://db/t?x=y               | me | a&b
            jdbc:postgresql://db/t?password=&user=me           | jdbc:postgresql://db/t                   | me | ''
            jdbc:postgresql:t                                  | jdbc:postgresql:t                        | -  | -
            postgresql://a:5432,b:5433/t?targetServerType=primary | jdbc:postgresql://a:5432,b:5433/t?targetServerType=primary | - | -
            """)
    void takesUserAndPasswordOut(String text, String jdbcUrl, String user, String password) {
        assertThat(PostgresUrl.parse(text)).isEqualTo(new PostgresUrl(jdbcUrl, user, password));
    }

    @Test
    void showsNoPassword() {
        PostgresUrl url = PostgresUrl.parse("postgresql://me:hush@db/t?sslpassword=hush&sslkey=k");
        assertThat(url.holdsSecret()).isTrue();
        assertThat(url.toString()).contains("me", "sslkey=k").doesNotContain("hush");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mysql://me:hush@db/t", "jdbc:mysql://db/t?password=hush", "postgresql://me:hush%@db/t"})
    void refusesOthersWithoutShowingTheirPassword(String text) {
        assertThatThrownBy(() -> PostgresUrl.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("URL of Postgres")
                .hasMessageNotContaining("hush")
                .hasNoCause();
    }
}
