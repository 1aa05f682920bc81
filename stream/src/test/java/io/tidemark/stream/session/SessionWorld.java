package io.tidemark.stream.session;

import static io.tidemark.stream.session.SessionsFixture.GAP;
import static io.tidemark.stream.session.SessionsFixture.MINUTE;
import static io.tidemark.stream.session.SessionsFixture.NOON;
import static io.tidemark.stream.session.SessionsFixture.SETTINGS;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.VisitorSession;
import io.tidemark.store.EventWriter;
import io.tidemark.store.SessionCorrections;
import io.tidemark.store.SessionWriter;
import io.tidemark.store.StoreConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Page views of some visitors in the partitions of a topic, out of order and late at random, with a job that reads them: at any
 * pace, in any turn of the partitions, with crashes, older checkpoints, starts without state, other parallelisms, records that
 * come again, and forgotten attempts that write on. The database is a real one. Every page view is stored before the job reads
 * it, perhaps long before.
 */
final class SessionWorld implements AutoCloseable {
    private static final Duration LATENESS = Duration.ofMinutes(10);
    private static final int PARTITIONS = 2;
    private static final long DELAY_MILLIS = MINUTE;

    private final Random random;
    private final String host;
    private final UUID topic = UUID.randomUUID();
    private final List<List<EnrichedEvent>> partitions = new ArrayList<>();
    private final EventWriter events;
    private final SessionWriter writer;
    private final SessionCorrections corrections;
    private final SessionsFixture job = new SessionsFixture(LATENESS, Long.MIN_VALUE);
    private final List<Checkpoint> checkpoints = new ArrayList<>();

    /** What attempts that are thought dead have yet to write. */
    private final List<List<VisitorSession>> forgotten = new ArrayList<>();

    private int[] stored = new int[PARTITIONS];
    private int[] read = new int[PARTITIONS];
    private long[] newest = new long[PARTITIONS];
    private long watermark = Long.MIN_VALUE;
    private long now;

    /** What {@code session_progress} holds: up to when sessions are closed, and written or marked. */
    private long progress = Long.MIN_VALUE;

    /** The offsets that Kafka knows of the job: those of the newest checkpoint that was completed. */
    private int[] committed = new int[PARTITIONS];

    SessionWorld(StoreConfig store, long seed) throws Exception {
        random = new Random(seed);
        host = "h" + seed;
        events = new EventWriter(store);
        writer = new SessionWriter(store, SETTINGS);
        corrections = new SessionCorrections(store, SETTINGS);
        Arrays.fill(newest, Long.MIN_VALUE);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            partitions.add(views(10 + random.nextInt(60)));
        }
    }

    // Copied where it is made and where it is used.
    @SuppressWarnings("ArrayRecordComponent")
    private record Checkpoint(SessionsFixture.Saved saved, int[] read, long[] newest, long watermark) {}

    /** A row, or what should be one. */
    record Row(String visitor, long start, long end, long hits, String entry, String exit) {}

    String host() {
        return host;
    }

    /** Time goes on, in steps that are often none at all; some views are late, some too late. */
    private List<EnrichedEvent> views(int count) {
        List<EnrichedEvent> views = new ArrayList<>();
        long minute = 0;
        for (int i = 0; i < count; i++) {
            minute += random.nextInt(4) == 0 ? random.nextInt(12) : random.nextInt(2);
            long late = switch (random.nextInt(10)) {
                case 0, 1 -> random.nextInt(12);
                case 2 -> random.nextInt(90);
                default -> 0;
            };
            long millis = NOON + (minute - late) * MINUTE + (random.nextInt(6) == 0 ? random.nextInt(3) - 1 : 0);
            views.add(SessionsFixture.event(host, "v" + random.nextInt(3), millis, "/" + random.nextInt(1_000)));
        }
        return views;
    }

    private SourceCoordinates at(int partition, int offset) {
        return new SourceCoordinates(topic, partition, offset);
    }

    /** Does something; false once the job has read everything. */
    boolean step() throws Exception {
        switch (random.nextInt(24)) {
            case 0 -> checkpoint();
            case 1 -> {
                if (random.nextInt(3) == 0) {
                    crash();
                }
            }
            case 2 -> {
                if (random.nextInt(6) == 0) {
                    startWithoutState();
                }
            }
            case 3 -> store(random.nextInt(PARTITIONS), random.nextInt(20));
            case 4 -> writeForgotten();
            case 5 -> again();
            case 6, 7 -> flush();
            case 8 -> recompute();
            case 9, 10 -> {
                now += random.nextInt(700);
                job.now(now);
            }
            case 11, 12, 13, 14 -> tellWatermark();
            default -> readOn(random.nextInt(PARTITIONS));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            if (read[partition] < partitions.get(partition).size()) {
                return true;
            }
        }
        return false;
    }

    /** Closes what is open, and lets everybody end. */
    void end() throws Exception {
        writeForgotten();
        job.watermark(Long.MAX_VALUE);
        flush();
        writeForgotten();
        recompute();
    }

    int stateEntries() {
        return job.stateEntries();
    }

    private void store(int partition, int more) {
        List<EnrichedEvent> all = partitions.get(partition);
        int to = Math.min(all.size(), stored[partition] + more);
        for (int offset = stored[partition]; offset < to; offset++) {
            events.add(all.get(offset), at(partition, offset));
        }
        events.flush();
        stored[partition] = Math.max(stored[partition], to);
    }

    private void readOn(int partition) throws Exception {
        List<EnrichedEvent> all = partitions.get(partition);
        for (int i = random.nextInt(4); i >= 0 && read[partition] < all.size(); i--) {
            int offset = read[partition]++;
            store(partition, Math.max(0, offset + 1 - stored[partition]));
            newest[partition] = Math.max(newest[partition], all.get(offset).eventTimeMillis());
            job.read(all.get(offset), at(partition, offset));
        }
    }

    /** A forgotten writer of the enriched topic sends once more what was sent. */
    private void again() throws Exception {
        int partition = random.nextInt(PARTITIONS);
        if (read[partition] > 0) {
            int offset = random.nextInt(read[partition]);
            job.read(partitions.get(partition).get(offset), at(partition, offset));
        }
    }

    private void tellWatermark() throws Exception {
        long lowest = Arrays.stream(newest).min().getAsLong();
        if (lowest != Long.MIN_VALUE && lowest - DELAY_MILLIS - 1 > watermark) {
            watermark = lowest - DELAY_MILLIS - 1;
            job.watermark(watermark);
        }
    }

    private void flush() {
        writer.write(job.sessions);
        job.sessions.clear();
        corrections.mark(job.marks);
        job.marks.clear();
        progress = Math.max(progress, watermark);
    }

    private void recompute() {
        while (corrections.recomputeMarked() > 0) {
            // All there is.
        }
    }

    private void writeForgotten() {
        forgotten.forEach(writer::write);
        forgotten.clear();
    }

    private void checkpoint() throws Exception {
        SessionsFixture.Saved saved = job.save();
        flush();
        checkpoints.add(new Checkpoint(saved, read.clone(), newest.clone(), watermark));
        committed = read.clone();
    }

    /** The attempt may be forgotten rather than dead, and the checkpoint may be an older one. */
    private void crash() throws Exception {
        leaveBehind();
        if (checkpoints.isEmpty()) {
            goTo(new int[PARTITIONS], Long.MIN_VALUE, 0);
            return;
        }
        Checkpoint from = random.nextInt(3) == 0
                ? checkpoints.get(random.nextInt(checkpoints.size()))
                : checkpoints.get(checkpoints.size() - 1);
        job.restore(from.saved(), 1 + random.nextInt(2));
        read = from.read().clone();
        newest = from.newest().clone();
        watermark = from.watermark();
    }

    private void leaveBehind() {
        if (random.nextBoolean()) {
            forgotten.add(List.copyOf(job.sessions));
        }
        job.sessions.clear();
        job.marks.clear();
    }

    /** As {@link SessionStart} has it: from the committed offsets, and from the gap before what is closed. */
    private void startWithoutState() throws Exception {
        leaveBehind();
        checkpoints.clear();
        if (Arrays.stream(committed).anyMatch(offset -> offset == 0) || progress == Long.MIN_VALUE) {
            goTo(new int[PARTITIONS], Long.MIN_VALUE, 0);
            return;
        }
        goTo(committed.clone(), progress - GAP.toMillis() + 1, 1);
    }

    private void goTo(int[] from, long seenFrom, int atMost) throws Exception {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (int offset = 0; offset < from[partition]; offset++) {
                if (partitions.get(partition).get(offset).eventTimeMillis() >= seenFrom) {
                    from[partition] = offset;
                }
            }
        }
        job.startAnew(1 + atMost * random.nextInt(2), seenFrom);
        read = from;
        Arrays.fill(newest, Long.MIN_VALUE);
        watermark = Long.MIN_VALUE;
    }

    /** The sessions of all page views, by sorting them; shares no code with what is tested. */
    List<Row> truth() {
        record View(String visitor, long time, int partition, int offset, String page) {}
        List<View> views = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (int offset = 0; offset < partitions.get(partition).size(); offset++) {
                EnrichedEvent event = partitions.get(partition).get(offset);
                String url = String.valueOf(event.url());
                views.add(new View(
                        String.valueOf(event.visitorId()),
                        event.eventTimeMillis(),
                        partition,
                        offset,
                        url.substring(("https://" + host).length(), url.indexOf('?'))));
            }
        }
        views.sort(Comparator.comparing(View::visitor)
                .thenComparing(View::time)
                .thenComparing(View::partition)
                .thenComparing(View::offset));
        List<Row> rows = new ArrayList<>();
        for (View view : views) {
            Row last = rows.isEmpty() ? null : rows.get(rows.size() - 1);
            if (last != null && last.visitor().equals(view.visitor()) && view.time() - last.end() <= GAP.toMillis()) {
                rows.set(
                        rows.size() - 1,
                        new Row(last.visitor(), last.start(), view.time(), last.hits() + 1, last.entry(), view.page()));
            } else {
                rows.add(new Row(view.visitor(), view.time(), view.time(), 1, view.page(), view.page()));
            }
        }
        return rows;
    }

    @Override
    public void close() {
        try {
            job.close();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot close the job", e);
        }
        events.close();
        writer.close();
        corrections.close();
    }
}
