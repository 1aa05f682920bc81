package io.tidemark.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class LostCommitTest {
    @Test
    void theWriterIsToldOfABrokenConnectionAndItsRowsAreThere() throws Exception {
        String direct = TestPostgres.newDatabase();
        Matcher port = Pattern.compile(":(\\d+)/").matcher(direct);
        assertThat(port.find()).isTrue();
        try (LinkProxy proxy = LinkProxy.open();
                Connection reader = connect(direct);
                Connection writer = connect(direct.replace(port.group(), ":" + proxy(proxy, port) + "/"))) {
            try (Statement statement = writer.createStatement()) {
                statement.execute("create table numbers (n integer)");
                writer.commit();
                statement.execute("select 1");
                Disturbance loss = proxy.loseCommitAnswers(1);
                writer.commit();
                statement.execute("insert into numbers values (7)");
                assertThatThrownBy(writer::commit).isInstanceOf(SQLException.class);
                assertThat(loss.met()).isEqualTo(1);
            }
            try (Statement statement = reader.createStatement();
                    ResultSet rows = statement.executeQuery("select count(*) from numbers")) {
                rows.next();
                assertThat(rows.getLong(1)).isEqualTo(1);
            }
        }
    }

    private static int proxy(LinkProxy proxy, Matcher port) {
        proxy.forwardTo(Integer.parseInt(port.group(1)));
        return proxy.port();
    }

    private static Connection connect(String url) throws SQLException {
        Properties login = new Properties();
        login.setProperty("user", "postgres");
        login.setProperty("password", "postgres");
        Connection connection = DriverManager.getConnection(url, login);
        connection.setAutoCommit(false);
        return connection;
    }
}
