package io.tidemark.store;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The table {@code visitor_salts}: one salt for each day of events, the same for all who ask, made when first asked for and
 * deleted two days later. If a day is asked for after that, it gets another: its visitors then count as new ones. For one
 * thread; connects when first used, and waits while Postgres is away.
 */
public final class VisitorSalts implements AutoCloseable {
    /** How long a salt is kept. */
    public static final Duration KEPT = Duration.ofDays(2);

    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    /** Of days that are past so many are asked for at once: an import of years is not to ask for each. */
    private static final int PAST_DAYS_AT_ONCE = 32;

    private static final int MOST_CACHED = 1_024;

    /** Updates what is there by itself: a plain "do nothing" would return no row. */
    private static final String GET_OR_MAKE = """
            insert into visitor_salts as t (day, salt)
            select date '1970-01-01' + day, salt from unnest(?::integer[], ?::bytea[]) as asked (day, salt)
            on conflict (day) do update set day = t.day
            returning day - date '1970-01-01', salt, (extract(epoch from created_at + ? * interval '1 second' - now()) * 1000)::bigint""";

    private static final String PURGE =
            "delete from visitor_salts where created_at < now() - " + KEPT.toSeconds() + " * interval '1 second'";

    private final Session session;
    private final RandomGenerator random;
    private final Clock clock;
    private final Map<Long, VisitorSalt> cached = new LinkedHashMap<>();
    private long lastDay = Long.MIN_VALUE;
    private VisitorSalt last = new VisitorSalt(new byte[VisitorSalt.LENGTH], Long.MIN_VALUE);

    public VisitorSalts(StoreConfig config) {
        this(
                Session.patient(config.writerConnections("visitors", ANSWER_WITHIN)),
                new SecureRandom(),
                Clock.systemUTC());
    }

    VisitorSalts(Session session, RandomGenerator random, Clock clock) {
        this.session = session;
        this.random = random;
        this.clock = clock;
    }

    /** Whether it waits for Postgres now; to be asked from any thread. */
    public Waiting waiting() {
        return session.waiting();
    }

    /**
     * The salt of a day.
     *
     * @param epochDay days since 1970-01-01, UTC
     * @return the same object as before, as long as it may be used
     */
    public VisitorSalt of(long epochDay) {
        long now = clock.millis();
        if (epochDay == lastDay && now < last.expiresAtMillis()) {
            return last;
        }
        VisitorSalt found = cached.get(epochDay);
        if (found == null || now >= found.expiresAtMillis()) {
            fetch(epochDay, now);
            found = cached.get(epochDay);
            if (found == null) {
                throw new IllegalStateException("visitor_salts has no row of " + LocalDate.ofEpochDay(epochDay)
                        + " though it was made just now: is there a trigger on the table?");
            }
        }
        lastDay = epochDay;
        last = found;
        return found;
    }

    private void fetch(long epochDay, long now) {
        long today = Math.floorDiv(now, DAY_MILLIS);
        long days = Math.max(1, Math.min(PAST_DAYS_AT_ONCE, today - epochDay));
        Map<Long, VisitorSalt> fetched = session.transact("read the salts of visitors", connection -> {
            purge(connection);
            return getOrMake(connection, epochDay, (int) days, now);
        });
        cached.values().removeIf(salt -> now >= salt.expiresAtMillis());
        if (cached.size() + fetched.size() > MOST_CACHED) {
            cached.clear();
        }
        cached.putAll(fetched);
    }

    private Map<Long, VisitorSalt> getOrMake(Connection connection, long first, int days, long now)
            throws SQLException {
        int[] asked = new int[days];
        byte[][] salts = new byte[days][VisitorSalt.LENGTH];
        for (int i = 0; i < days; i++) {
            asked[i] = Math.toIntExact(first + i);
            random.nextBytes(salts[i]);
        }
        Map<Long, VisitorSalt> found = new LinkedHashMap<>();
        try (PreparedStatement get = connection.prepareStatement(GET_OR_MAKE)) {
            get.setObject(1, asked);
            get.setArray(2, connection.createArrayOf("bytea", salts));
            get.setLong(3, KEPT.toSeconds());
            try (ResultSet rows = get.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getLong(1), new VisitorSalt(rows.getBytes(2), now + rows.getLong(3)));
                }
            }
        }
        return found;
    }

    /** Deletes the salts that have been kept for long enough. To be called now and then: nothing else may ask for them. */
    public void purge() {
        session.transact("delete the old salts of visitors", connection -> {
            purge(connection);
            return KEPT;
        });
    }

    private static void purge(Connection connection) throws SQLException {
        try (Statement delete = connection.createStatement()) {
            delete.executeUpdate(PURGE);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
