package io.tidemark.stream;

import io.tidemark.model.RejectReason;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;

/**
 * Names of the counts; every path out of a job has one. Of the enrich job, once drained: {@code read = stored + skipped
 * + rejected}.
 */
public final class Tallies {
    /** Records read from the topic. */
    public static final String READ = "read";

    /** Rows written to {@code processed_events}. */
    public static final String STORED = "stored";

    /** Records below the ledger's position: dealt with before, or passed over by the start of an earlier job. */
    public static final String SKIPPED = "skipped";

    /** Prefix of the counts of rejected records, followed by {@link RejectReason#code()}. */
    public static final String REJECTED_PREFIX = "rejected.";

    /** Texts cut to their cap. */
    public static final String TEXT_CUT = "text_cut";

    /** Texts with NUL characters, which were removed. */
    public static final String TEXT_NUL_REMOVED = "text_nul_removed";

    /** Enriched records seen before, dropped by their coordinates. */
    public static final String DUPLICATES = "duplicates";

    /** Hits counted in a window, or page views in a session. */
    public static final String COUNTED = "counted";

    /** Hits, of those counted, that came after their window, or session, had closed and revised it. */
    public static final String LATE = "late";

    /** Hits too late for their window, or in a window or session not seen whole, which was marked to be recomputed. */
    public static final String MARKED = "marked_for_correction";

    /** Page views of which nothing tells whose they are: no session is made of them. */
    public static final String NO_VISITOR = "no_visitor";

    private Tallies() {}

    /** A count for every reason. */
    public static Map<RejectReason, Tally> rejected(RuntimeContext context) {
        Map<RejectReason, Tally> tallies = new EnumMap<>(RejectReason.class);
        for (RejectReason reason : RejectReason.values()) {
            tallies.put(reason, new Tally(context, REJECTED_PREFIX + reason.code()));
        }
        return tallies;
    }
}
