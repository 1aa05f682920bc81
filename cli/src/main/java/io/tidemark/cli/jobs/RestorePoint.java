package io.tidemark.cli.jobs;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.FlinkPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A checkpoint or savepoint that a job can go on from.
 *
 * @param location URI, as the cluster reads it
 * @param owned whether the job takes it over and has it deleted once it has newer ones; a savepoint stays
 */
public record RestorePoint(String location, boolean owned) {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

    public RestorePoint {
        requireNonNull(location, "location is null");
        if (!SCHEME.matcher(location).matches()) {
            location = FlinkPath.of(Path.of(location));
        }
    }

    /** One that is kept. */
    public static RestorePoint savepoint(String location) {
        return new RestorePoint(location, false);
    }

    static RestorePoint checkpoint(Path folder) {
        return new RestorePoint(folder.toString(), true);
    }

    /** Where it lies, if that is a folder of this machine. */
    public Path path() {
        return FlinkPath.toPath(location);
    }

    /** Whether it is there, and complete; true for one that only the cluster can see. */
    public boolean isThere() {
        return !FlinkPath.isLocal(location) || Files.exists(path().resolve("_metadata"));
    }

    /** As people read it: a path if it is one. */
    @Override
    public String toString() {
        return FlinkPath.isLocal(location) ? path().toString() : location;
    }
}
