package io.tidemark.cli.audit;

import static java.util.Objects.requireNonNull;

import io.tidemark.store.AuditSessions;
import io.tidemark.store.AuditWindows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an audit found; the numbers are of its last look.
 *
 * @param partitions those of the topic that there is, then those of earlier topics of its name
 * @param second null unless the second topic was read
 * @param differences what stayed the same for long enough to count
 * @param more differences beyond those, which were only counted
 * @param unsettled differences that came and went, or that are too young to count: events on their way
 * @param notes what could not be checked, and why
 * @param looks how often everything was looked at
 */
public record AuditReport(
        List<PartitionReport> partitions,
        AuditWindows windows,
        AuditSessions sessions,
        @Nullable SecondTopic second,
        List<Difference> differences,
        long more,
        long unsettled,
        List<String> notes,
        int looks) {

    public AuditReport {
        partitions = List.copyOf(partitions);
        requireNonNull(windows, "windows is null");
        requireNonNull(sessions, "sessions is null");
        differences = List.copyOf(differences);
        notes = List.copyOf(notes);
    }

    /**
     * What the second topic holds.
     *
     * @param events first occurrences
     * @param repeats what readers drop
     */
    public record SecondTopic(long events, long repeats) {}

    /** Whether everything that was read is accounted for: nothing differed at the last look. */
    public boolean isClean() {
        return differences.isEmpty() && unsettled == 0;
    }

    /** Offsets that are yet to be read, of all partitions. */
    public long lag() {
        return partitions.stream().mapToLong(PartitionReport::lag).sum();
    }
}
