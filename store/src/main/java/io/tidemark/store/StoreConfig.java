package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.postgresql.Driver;

/**
 * Where Postgres is. Serializable, since it travels inside a Flink job. {@link #toString} hides passwords.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database}, with the driver's parameters if any; those win over ours
 * @param password empty to have the driver look into the user's password file, {@code ~/.pgpass}
 */
public record StoreConfig(String jdbcUrl, String user, String password) implements Serializable {
    private static final String PREFIX = "jdbc:postgresql:";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Pattern SECRET = Pattern.compile("(?<=[?&])((?:ssl)?password)=([^&]*)(?:&|$)");

    /**
     * Makes Postgres notice within a minute that a client is gone, so that the locks of a lost transaction do not hold up
     * its successor for the two hours that TCP allows.
     */
    private static final String SESSION_OPTIONS =
            "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";

    /**
     * A writer never rests within a transaction, unless it was stopped: then its locks on the ledger go free soon. Not for
     * queries, whose reader may take its time.
     */
    private static final String WRITER_OPTIONS = SESSION_OPTIONS + " -c idle_in_transaction_session_timeout=15s";

    public StoreConfig {
        requireNonNull(jdbcUrl, "jdbcUrl is null");
        requireNonNull(user, "user is null");
        requireNonNull(password, "password is null");
        if (!jdbcUrl.startsWith(PREFIX)) {
            throw new IllegalArgumentException("The JDBC URL of Postgres must start with " + PREFIX
                    + ", e.g. jdbc:postgresql://localhost:5432/tidemark; was \"" + withoutPassword(jdbcUrl) + "\"");
        }
    }

    /** The JDBC URL without the passwords that it may hold. */
    public String address() {
        return SECRET.matcher(jdbcUrl).replaceAll("").replaceFirst("[?&]$", "");
    }

    /**
     * Makes sure that Postgres answers and takes the login, once and within seconds, before something starts that would
     * wait for it.
     *
     * @throws StoreException naming the database, the user and what is wrong
     */
    public void requireReachable() {
        try (Connection connection = open("check", CONNECT_TIMEOUT, SESSION_OPTIONS)) {
            connection.rollback();
        } catch (SQLException e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new StoreException("Cannot connect to Postgres at " + this + ": " + reason, e);
        }
    }

    /**
     * Opens connections in manual-commit mode.
     *
     * @param purpose shown by Postgres as {@code application_name}, after {@code tidemark-}
     * @param answerWithin longest wait for an answer, then the connection counts as broken; zero for no limit
     */
    ConnectionSource connections(String purpose, Duration answerWithin) {
        return () -> open(purpose, answerWithin, SESSION_OPTIONS);
    }

    /** As {@link #connections}, for what writes in short transactions. */
    ConnectionSource writerConnections(String purpose, Duration answerWithin) {
        return () -> open(purpose, answerWithin, WRITER_OPTIONS);
    }

    /**
     * What the driver is to be told by programs that open connections of their own to {@link #address}; holds the password.
     *
     * @param purpose shown by Postgres as {@code application_name}, after {@code tidemark-}
     */
    public Properties driverProperties(String purpose) {
        return properties(purpose, Duration.ZERO, SESSION_OPTIONS);
    }

    /**
     * Asks the driver itself: {@link java.sql.DriverManager} finds drivers through class loaders that do not see a Flink
     * job's.
     */
    private Connection open(String purpose, Duration answerWithin, String options) throws SQLException {
        Connection connection = new Driver().connect(address(), properties(purpose, answerWithin, options));
        if (connection == null) {
            throw new SQLException("Not a JDBC URL of Postgres: " + withoutPassword(jdbcUrl), "08001");
        }
        try {
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private Properties properties(String purpose, Duration answerWithin, String options) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        if (!password.isEmpty()) {
            properties.setProperty("password", password);
        }
        // Not in the URL, which the driver names in its errors.
        SECRET.matcher(jdbcUrl).results().forEach(secret -> properties.setProperty(secret.group(1), decoded(secret)));
        properties.setProperty("ApplicationName", "tidemark-" + purpose);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
        properties.setProperty("loginTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
        properties.setProperty("socketTimeout", Long.toString(answerWithin.toSeconds()));
        properties.setProperty("options", options);
        return properties;
    }

    private static String decoded(MatchResult secret) {
        return URLDecoder.decode(secret.group(2), StandardCharsets.UTF_8);
    }

    private static String withoutPassword(String url) {
        return url.replaceAll("(?i)(password=)[^&]*", "$1***").replaceAll("//[^/@]*@", "//***@");
    }

    @Override
    public String toString() {
        return withoutPassword(jdbcUrl) + " as " + user;
    }
}
