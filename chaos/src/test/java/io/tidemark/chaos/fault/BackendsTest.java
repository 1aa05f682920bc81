package io.tidemark.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.chaos.check.Database;
import io.tidemark.testkit.TestPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

final class BackendsTest {
    @Test
    void sessionsOfTheJobsAreFoundAndNoOthers() throws SQLException {
        URI url = URI.create(TestPostgres.newDatabase().substring("jdbc:".length()));
        Database database = new Database(url.getPort(), url.getPath().substring(1), "postgres", "postgres");
        assertThat(Backends.ofJobs(database).whyNone()).isEqualTo("the jobs have no session");
        try (Connection job = database.connect();
                Statement statement = job.createStatement()) {
            statement.execute("set application_name = 'tidemark-events'");
            Backends found = Backends.ofJobs(database);
            assertThat(found.pids()).hasSize(1);
            assertThat(found.whyNone()).isEmpty();
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsToldFromOneWithoutSessions() throws IOException {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = socket.getLocalPort();
        }
        Backends found = Backends.ofJobs(new Database(nobody, "none", "postgres", "postgres"));
        assertThat(found.pids()).isEmpty();
        assertThat(found.whyNone()).startsWith("Postgres does not answer: ");
    }
}
