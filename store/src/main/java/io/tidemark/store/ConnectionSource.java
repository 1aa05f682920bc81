package io.tidemark.store;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to Postgres, in manual-commit mode. */
@FunctionalInterface
interface ConnectionSource {
    Connection open() throws SQLException;
}
