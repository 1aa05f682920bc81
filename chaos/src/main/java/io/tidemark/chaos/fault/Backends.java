package io.tidemark.chaos.fault;

import io.tidemark.chaos.check.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes of Postgres that serve the jobs' sessions.
 *
 * @param whyNone for people; empty if there are some
 */
record Backends(List<Long> pids, String whyNone) {
    private static final String OF_JOBS =
            "select pid from pg_stat_activity where application_name like 'tidemark-%' and datname = current_database() order by pid";

    Backends {
        pids = List.copyOf(pids);
    }

    /** Those of now; none if Postgres does not answer, as when another fault has hit it. */
    static Backends ofJobs(Database database) {
        List<Long> pids = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(OF_JOBS)) {
            while (rows.next()) {
                pids.add(rows.getLong(1));
            }
        } catch (SQLException e) {
            return new Backends(List.of(), "Postgres does not answer: " + e.getMessage());
        }
        return new Backends(pids, pids.isEmpty() ? "the jobs have no session" : "");
    }
}
