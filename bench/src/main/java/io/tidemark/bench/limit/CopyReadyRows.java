package io.tidemark.bench.limit;

import io.tidemark.bench.input.EventSource;
import io.tidemark.bench.input.Workload;
import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEvent.Geo;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.store.EventWriter;
import io.tidemark.store.StoreConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;

/**
 * COPYs rows into {@code processed_events} that are there ready, the same ones again and again, as large a transaction each as
 * Tidemark's: no writer of these rows can be faster. The first are written as Tidemark writes them, and fetched back in the
 * form in which COPY takes them. Arguments: JDBC URL, user, threads, events; the password by TIDEMARK_POSTGRES_PASSWORD.
 */
public final class CopyReadyRows {
    private static final String TABLE = "copy processed_events ";
    private static final String BINARY = " (format binary)";
    private static final UUID NO_TOPIC = new UUID(0, 1);

    private CopyReadyRows() {}

    /** Prints the number of rows that PostgreSQL says it took. */
    public static void main(String[] args) throws Exception {
        StoreConfig store =
                new StoreConfig(args[0], args[1], System.getenv().getOrDefault("TIDEMARK_POSTGRES_PASSWORD", ""));
        int threads = Integer.parseInt(args[2]);
        long events = Long.parseLong(args[3]);
        Rows ready = new Rows(store);
        long written = ready.make(events);
        List<Callable<Long>> shares = new ArrayList<>();
        long left = events - written;
        for (int i = 0; i < threads; i++) {
            long share = left / threads + (i < left % threads ? 1 : 0);
            shares.add(() -> ready.copy(share));
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            for (Future<Long> each : pool.invokeAll(shares)) {
                written += each.get();
            }
        } finally {
            pool.shutdownNow();
        }
        System.out.println(written);
    }

    /** Rows in COPY's binary format; see the PostgreSQL manual, "COPY", File Formats. */
    private static final class Rows {
        private static final int HEADER_BYTES = 19;
        private static final int TRAILER_BYTES = 2;

        private final StoreConfig store;
        private byte[] rows = {};
        private int number;

        Rows(StoreConfig store) {
            this.store = store;
        }

        /** Writes as many as a full writer of Tidemark's holds, and keeps them. Returns their number. */
        long make(long atMost) throws SQLException, IOException {
            EventSource source = new EventSource(Workload.hour(1, atMost), 0);
            try (EventWriter writer = new EventWriter(store)) {
                for (; source.hasNext() && !writer.isFull(); number++) {
                    writer.add(withoutPlace(source.nextEnriched()), new SourceCoordinates(NO_TOPIC, 0, number));
                }
                writer.flush();
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (Connection connection = open()) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("copy (select * from processed_events) to stdout" + BINARY, out);
            }
            rows = out.toByteArray();
            return number;
        }

        /** Without a database of places, Tidemark's rows have none. */
        private static EnrichedEvent withoutPlace(EnrichedEvent event) {
            return new EnrichedEvent(
                    event.host(),
                    event.eventTimeMillis(),
                    event.ip(),
                    event.url(),
                    event.referrer(),
                    event.userAgent(),
                    event.visitorId(),
                    Geo.UNKNOWN,
                    event.client(),
                    event.source(),
                    event.campaign());
        }

        /** Writes that many; returns what PostgreSQL says. */
        long copy(long wanted) throws SQLException, IOException {
            long taken = 0;
            try (Connection connection = open()) {
                for (long left = wanted; left > 0; left -= number) {
                    byte[] some = left >= number ? rows : first((int) left);
                    taken += connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn(TABLE + "from stdin" + BINARY, new ByteArrayInputStream(some));
                }
            }
            return taken;
        }

        private byte[] first(int wanted) {
            ByteBuffer reader = ByteBuffer.wrap(rows).position(HEADER_BYTES);
            for (int row = 0; row < wanted; row++) {
                int fields = reader.getShort();
                for (int i = 0; i < fields; i++) {
                    int length = reader.getInt();
                    reader.position(reader.position() + Math.max(0, length));
                }
            }
            return ByteBuffer.allocate(reader.position() + TRAILER_BYTES)
                    .put(rows, 0, reader.position())
                    .putShort((short) -1)
                    .array();
        }

        private Connection open() throws SQLException {
            return DriverManager.getConnection(store.jdbcUrl(), store.user(), store.password());
        }
    }
}
