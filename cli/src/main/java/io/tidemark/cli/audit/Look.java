package io.tidemark.cli.audit;

import io.tidemark.store.AuditSessions;
import io.tidemark.store.AuditWindows;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything at one moment.
 *
 * @param differences of partitions, windows and sessions, in the order to show them
 */
record Look(
        List<PartitionReport> partitions,
        AuditWindows windows,
        AuditSessions sessions,
        AuditReport.@Nullable SecondTopic second,
        Set<Difference> differences,
        List<String> notes) {}
