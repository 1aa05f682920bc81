package io.tidemark.cli.e2e;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.store.StoreConfig;
import io.tidemark.testkit.EarlierSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.postgresql.PGConnection;

/**
 * What a version leaves to the next, in one zip file: Kafka's folder ({@code kafka/}), savepoints ({@code savepoints/<job>/})
 * and the rows of all tables ({@code tables/<name>.csv}) with the version of their schema. PostgreSQL's own folder would be a
 * hundred times as large.
 */
final class StoredState {
    private static final String KAFKA = "kafka";
    private static final String SAVEPOINTS = "savepoints";
    private static final String TABLES = "tables";
    private static final String SCHEMA_VERSION = "schema-version.txt";
    private static final String ALL_TABLES = """
            select relname from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
                and relname <> 'tidemark_schema_history'
            order by 1""";

    private StoredState() {}

    /** Those of the test's resources, oldest first by their names. */
    static List<Path> all() throws IOException {
        try (Stream<Path> found =
                Files.list(Path.of(Objects.requireNonNull(StoredState.class.getResource("stored"), "no stored states")
                        .toURI()))) {
            return found.filter(each -> each.toString().endsWith(".zip"))
                    .sorted()
                    .toList();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Makes a zip file of what {@link #saveTables} left in the folder, of the savepoints and of Kafka, which has ended. */
    static void save(Path zip, Path data, Path tables, Map<String, Path> savepoints) throws IOException {
        Files.createDirectories(zip.getParent());
        try (FileSystem inZip = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            copy(new Layout(data).kafka(), inZip.getPath(KAFKA));
            copy(tables, inZip.getPath(TABLES));
            for (Map.Entry<String, Path> savepoint : savepoints.entrySet()) {
                copy(savepoint.getValue(), inZip.getPath(SAVEPOINTS, savepoint.getKey()));
            }
        }
    }

    /** Writes the rows of each table that has some, and the version of the schema. */
    static void saveTables(Pipeline pipeline, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve(SCHEMA_VERSION),
                pipeline.csv("select max(version::integer) from tidemark_schema_history")
                        .get(1));
        for (String table : withoutHeader(pipeline.csv(ALL_TABLES))) {
            List<String> rows = pipeline.csv("select * from " + table);
            if (rows.size() > 1) {
                Files.write(folder.resolve(table + ".csv"), rows);
            }
        }
    }

    /** Puts Kafka's folder into a data folder without one, and all else beside it. */
    static void unpack(Path zip, Path data, Path beside) throws IOException {
        try (FileSystem inZip = FileSystems.newFileSystem(zip)) {
            copy(inZip.getPath(KAFKA), new Layout(data).kafka());
            copy(inZip.getPath(TABLES), beside.resolve(TABLES));
            copy(inZip.getPath(SAVEPOINTS), beside.resolve(SAVEPOINTS));
        }
    }

    /** Where the savepoint of a job came to lie. */
    static Path savepoint(Path beside, String job) {
        return beside.resolve(SAVEPOINTS).resolve(job);
    }

    /** Makes the tables of then in an empty database, and fills them with the rows of then. */
    static void loadTables(StoreConfig store, Path beside) throws IOException, SQLException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.list(beside.resolve(TABLES))) {
            found.filter(each -> each.toString().endsWith(".csv")).sorted().forEach(files::add);
        }
        EarlierSchema.migrate(
                store.jdbcUrl(),
                store.user(),
                store.password(),
                Files.readString(beside.resolve(TABLES).resolve(SCHEMA_VERSION)).strip());
        try (Connection connection = DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password())) {
            PGConnection postgres = connection.unwrap(PGConnection.class);
            for (Path file : files) {
                String table = file.getFileName().toString().replace(".csv", "");
                String columns = Files.readAllLines(file).get(0);
                try (InputStream rows = Files.newInputStream(file)) {
                    postgres.getCopyAPI()
                            .copyIn(
                                    "copy %s (%s) from stdin with (format csv, header)".formatted(table, columns),
                                    rows);
                }
            }
        }
    }

    private static List<String> withoutHeader(List<String> csv) {
        return csv.subList(1, csv.size());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path each : (Iterable<Path>) files::iterator) {
                // Paths of two file systems do not resolve against each other.
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(each, target);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
