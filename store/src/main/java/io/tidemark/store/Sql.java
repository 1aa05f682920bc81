package io.tidemark.store;

/** Pieces of SQL that several statements share. */
final class Sql {
    /** A {@code timestamptz} from a parameter in milliseconds since the epoch; exact, and no session's time zone matters. */
    static final String TIMESTAMP = "(timestamptz 'epoch' + ? * interval '1 millisecond')";

    /** Milliseconds since the epoch of the {@code timestamptz} that is put in for {@code %s}. */
    static final String MILLIS = "(extract(epoch from %s) * 1000)::bigint";

    /** A count only ever grows, so an older value never takes a newer one back. The table's alias must be {@code t}. */
    static final String ONLY_GROW = """
            do update set num_hits = excluded.num_hits, revision = t.revision + 1, updated_at = now()
            where t.num_hits < excluded.num_hits""";

    private Sql() {}
}
