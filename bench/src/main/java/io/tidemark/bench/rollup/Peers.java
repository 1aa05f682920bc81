package io.tidemark.bench.rollup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The same rollups by others, as their users would make them: all of the year at once, into the same tables. */
final class Peers {
    private Peers() {}

    /** One statement a table; each grain from the one before. */
    static void postgres(Year year) throws SQLException {
        year.execute("set work_mem = '512MB'");
        for (String table : Year.TABLES) {
            String keys = keys(table);
            String from = table;
            for (String grain : Year.GRAINS) {
                String target = table + "_" + grain;
                year.execute(
                        """
                        insert into %s (period_start, %s, num_hits, complete)
                        select date_trunc('%s', %s, 'UTC'), %2$s, sum(num_hits), true from %s group by 1, %2$s order by 1, %2$s""".formatted(target, keys, grain, from.equals(table) ? "event_hour" : "period_start", from));
                from = target;
            }
            year.execute("analyze " + table + "_hour");
        }
    }

    /** Out of Postgres and into it again by COPY to files of CSV, which both read and write in parallel with nothing else. */
    static void duckDb(Year year, Path folder) throws SQLException, IOException {
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute("set memory_limit = '2GB'");
            for (String table : Year.TABLES) {
                String keys = keys(table);
                Path out = folder.resolve(table + ".csv").toAbsolutePath();
                year.execute(
                        "copy (select extract(epoch from event_hour)::bigint, %s, num_hits from %s) to '%s' (format csv)"
                                .formatted(keys, table, out));
                String columns =
                        "{'at': 'BIGINT', " + keys.replaceAll("(\\w+)", "'$1': 'VARCHAR'") + ", 'num_hits': 'BIGINT'}";
                String from = "read_csv('%s', columns = %s)".formatted(out, columns);
                for (String grain : Year.GRAINS) {
                    Path in = folder.resolve(table + "_" + grain + ".csv").toAbsolutePath();
                    statement.execute("""
                            create or replace temp table rolled_%s as
                            select epoch(date_trunc('%1$s', make_timestamp(at * 1000000)))::bigint as at, %2$s, sum(num_hits)::bigint as num_hits
                            from %3$s group by all""".formatted(grain, keys, from));
                    statement.execute("""
                            copy (select strftime(make_timestamp(at * 1000000), '%%Y-%%m-%%d %%H:%%M:%%S+00'), %s, num_hits, true
                            from rolled_%s order by all) to '%s' (format csv, header false, force_quote (%1$s))""".formatted(keys, grain, in));
                    year.execute("copy %s_%s (period_start, %s, num_hits, complete) from '%s' (format csv)"
                            .formatted(table, grain, keys, in));
                    Files.delete(in);
                    from = "rolled_" + grain;
                }
                Files.delete(out);
            }
        }
    }

    private static String keys(String table) {
        return table.endsWith("_source") ? "host, referrer" : "host";
    }
}
