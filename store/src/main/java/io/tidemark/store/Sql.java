package io.tidemark.store;

/** Pieces of SQL that several statements share. */
final class Sql {
    /**
     * A {@code timestamptz} from a parameter in milliseconds since the epoch; exact, and no session's time zone matters. Immutable
     * in all its parts, so that the planner knows the time and leaves out partitions.
     */
    static final String TIMESTAMP = "((timestamp 'epoch' + ? * interval '1 millisecond') at time zone 'UTC')";

    /** Milliseconds since the epoch of the {@code timestamptz} that is put in for {@code %s}. */
    static final String MILLIS = "(extract(epoch from %s) * 1000)::bigint";

    /** A count only ever grows, so an older value never takes a newer one back. The table's alias must be {@code t}. */
    static final String ONLY_GROW = """
            do update set num_hits = excluded.num_hits, revision = t.revision + 1, updated_at = now()
            where t.num_hits < excluded.num_hits""";

    /**
     * Brings hosts up to the sum of their referrers, where two writers have each raised other referrers; to be run behind
     * the upserts of both tables, whose locks on the hosts' rows let only one writer come here at a time. Takes the
     * starts (milliseconds) and the hosts of the windows.
     */
    static final String HOSTS_FROM_REFERRERS = """
            update processed_events_aggregated t
            set num_hits = s.hits, revision = t.revision + 1, updated_at = now()
            from (
                select r.event_hour, r.host, sum(r.num_hits) as hits
                from unnest(?::bigint[], ?::text[]) as w (start, host)
                join processed_events_aggregated_source r
                    on r.event_hour = timestamptz 'epoch' + w.start * interval '1 millisecond' and r.host = w.host
                group by 1, 2
            ) s
            where t.event_hour = s.event_hour and t.host = s.host and t.num_hits < s.hits""";

    /** A name as an identifier, though it be a word of SQL. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private Sql() {}
}
