package io.tidemark.store;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code visitor_salts}: of each day of events a salt, the same for all who ask, made when first asked for and
 * deleted two days later. If a day is asked for after that, it gets another: its visitors then count as new ones. Days
 * that are past have salts made of one by the month, by HMAC: so that an import of years, or events of made-up dates, do not
 * ask for thousands. For one thread; connects when first used, and waits while Postgres is away.
 */
public final class VisitorSalts implements AutoCloseable {
    /** How long a salt is kept. */
    public static final Duration KEPT = Duration.ofDays(2);

    private static final Duration ANSWER_WITHIN = Duration.ofMinutes(1);
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final String ALGORITHM = "HmacSHA256";

    /** More than there are months from year 0 to now. */
    private static final int MOST_CACHED = 32_768;

    private static final String READ = """
            select salt, (extract(epoch from created_at + %d * interval '1 second' - now()) * 1000)::bigint
            from visitor_salts
            where span = ? and begins = date '1970-01-01' + ?""".formatted(KEPT.toSeconds());

    private static final String MAKE = "insert into visitor_salts (span, begins, salt)"
            + " values (?, date '1970-01-01' + ?, ?) on conflict (span, begins) do nothing";

    private static final String PURGE =
            "delete from visitor_salts where created_at < now() - " + KEPT.toSeconds() + " * interval '1 second'";

    private final Session session;
    private final RandomGenerator random;
    private final Clock clock;
    private final Map<Span, VisitorSalt> cached = new HashMap<>();
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

    /** What a row is for: {@code day} or {@code month}, and its first day since 1970-01-01. */
    private record Span(String kind, long begins) {}

    /** Whether it waits for Postgres now; to be asked from any thread. */
    public Waiting waiting() {
        return session.waiting();
    }

    /**
     * The salt of a day.
     *
     * @param epochDay days since 1970-01-01, UTC
     * @return the same object as before, as long as it may be used and no other day is asked for
     */
    public VisitorSalt of(long epochDay) {
        long now = clock.millis();
        if (epochDay == lastDay && now < last.expiresAtMillis()) {
            return last;
        }
        long yesterday = Math.floorDiv(now, DAY_MILLIS) - 1;
        VisitorSalt found = epochDay >= yesterday
                ? row(new Span("day", epochDay), now)
                : ofMonth(row(new Span("month", month(epochDay)), now), epochDay);
        lastDay = epochDay;
        last = found;
        return found;
    }

    private static long month(long epochDay) {
        return LocalDate.ofEpochDay(epochDay).withDayOfMonth(1).toEpochDay();
    }

    private static VisitorSalt ofMonth(VisitorSalt month, long epochDay) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(month.bytes(), ALGORITHM));
            return new VisitorSalt(
                    mac.doFinal(
                            ByteBuffer.allocate(Long.BYTES).putLong(epochDay).array()),
                    month.expiresAtMillis());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
        }
    }

    private VisitorSalt row(Span span, long now) {
        VisitorSalt known = cached.get(span);
        if (known != null && now < known.expiresAtMillis()) {
            return known;
        }
        VisitorSalt found = session.transact("read the salts of visitors", connection -> {
            purge(connection);
            VisitorSalt there = read(connection, span, now);
            if (there == null) {
                make(connection, span);
                there = read(connection, span, now);
            }
            if (there == null) {
                throw new StoreException(
                        "visitor_salts has no row of %s though it was made just now: is there a trigger on the table?"
                                .formatted(span),
                        null);
            }
            return there;
        });
        if (cached.size() >= MOST_CACHED) {
            cached.clear();
        }
        cached.put(span, found);
        return found;
    }

    private static @Nullable VisitorSalt read(Connection connection, Span span, long now) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(READ)) {
            read.setString(1, span.kind());
            read.setInt(2, Math.toIntExact(span.begins()));
            try (ResultSet row = read.executeQuery()) {
                return row.next() ? new VisitorSalt(row.getBytes(1), now + row.getLong(2)) : null;
            }
        }
    }

    private void make(Connection connection, Span span) throws SQLException {
        byte[] salt = new byte[VisitorSalt.LENGTH];
        random.nextBytes(salt);
        try (PreparedStatement make = connection.prepareStatement(MAKE)) {
            make.setString(1, span.kind());
            make.setInt(2, Math.toIntExact(span.begins()));
            make.setBytes(3, salt);
            make.executeUpdate();
        }
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
