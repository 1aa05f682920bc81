package io.tidemark.chaos.check;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * A database that is reached past every proxy, by sessions that do not look like the jobs'.
 *
 * @param port on the loopback interface
 */
public record Database(int port, String name, String user, String password) {
    public Database {
        requireNonNull(name, "name is null");
        requireNonNull(user, "user is null");
        requireNonNull(password, "password is null");
    }

    /** Connects; gives up within seconds if nothing answers. */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("ApplicationName", "chaos");
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "5");
        properties.setProperty("socketTimeout", "20");
        return DriverManager.getConnection(url(port), properties);
    }

    /** JDBC URL by way of another port, such as a proxy's. */
    public String url(int byPort) {
        return "jdbc:postgresql://127.0.0.1:" + byPort + "/" + name;
    }

    /** Another database of the same server. */
    public Database sibling(String other) {
        return new Database(port, other, user, password);
    }

    @Override
    public String toString() {
        return url(port);
    }

    /** Runs a statement outside of a transaction. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
