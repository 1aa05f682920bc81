package io.tidemark.store;

import io.tidemark.model.SourceCoordinates;
import io.tidemark.stream.aggregate.ModelledReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.IntUnaryOperator;

/**
 * Everything that a history of writers, readers, crashes, rollbacks and lost answers changes; and the check of what is left
 * in the end. A history is a list of numbers, each of which is read as the next thing to happen, so that it can be
 * repeated and shortened. The decisions under test are those of production: {@link LedgerBatch} and the aggregate job's
 * filter.
 */
final class ModelledWorld {
    static final int PARTITIONS = 2;
    private static final UUID TOPIC = new UUID(3, 5);

    /** Bugs that a test of the model plants. */
    enum Bug {
        FILTER_OFF_BY_ONE,
        LEDGER_DOES_NOT_COMPARE,
        LEDGER_OUTSIDE_THE_TRANSACTION,
        PASSED_OVER_IS_FORGOTTEN
    }

    private final Set<Bug> bugs = EnumSet.noneOf(Bug.class);
    private final List<List<SourceCoordinates>> source = new ArrayList<>();
    private final List<List<SourceCoordinates>> logs = new ArrayList<>();
    private final Set<SourceCoordinates> rejected = new HashSet<>();

    /** What a start further on may leave out, and does unless the second topic is made anew before it commits. */
    private final Set<SourceCoordinates> optional = new HashSet<>();

    private final List<ModelledWriter> writers = new ArrayList<>();
    private final List<Map<Integer, Integer>> checkpoints = new ArrayList<>(List.of(Map.of()));
    private final List<ReaderCheckpoint> readerCheckpoints = new ArrayList<>();
    private ModelledDatabase database;
    private ModelledReader reader;
    private List<Integer> readerAt = new ArrayList<>(Collections.nCopies(PARTITIONS, 0));

    private record ReaderCheckpoint(List<Integer> at, ModelledReader.Checkpoint filter) {
        ReaderCheckpoint {
            at = List.copyOf(at);
        }
    }

    /** @param length records of each partition */
    ModelledWorld(int length, Bug... planted) {
        bugs.addAll(List.of(planted));
        database = new ModelledDatabase(!has(Bug.LEDGER_DOES_NOT_COMPARE), !has(Bug.PASSED_OVER_IS_FORGOTTEN));
        reader = new ModelledReader(has(Bug.FILTER_OFF_BY_ONE));
        readerCheckpoints.add(new ReaderCheckpoint(readerAt, reader.checkpoint()));
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<SourceCoordinates> records = new ArrayList<>();
            long offset = partition;
            for (int i = 0; i < length; i++) {
                records.add(new SourceCoordinates(TOPIC, partition, offset));
                // A gap now and then, as markers of transactions leave.
                offset += i % 5 == 4 ? 3 : 1;
            }
            source.add(records);
            logs.add(new ArrayList<>());
        }
        writers.add(new ModelledWriter(this, Map.of()));
    }

    static boolean isBroken(SourceCoordinates at) {
        return at.offset() % 7 == 3;
    }

    static boolean isRefused(SourceCoordinates at) {
        return at.offset() % 11 == 8;
    }

    boolean has(Bug bug) {
        return bugs.contains(bug);
    }

    List<SourceCoordinates> source(int partition) {
        return source.get(partition);
    }

    List<SourceCoordinates> log(int partition) {
        return logs.get(partition);
    }

    Set<SourceCoordinates> rejected() {
        return rejected;
    }

    ModelledDatabase database() {
        return database;
    }

    void commit(ModelledDatabase transaction) {
        database = transaction;
    }

    /** Lets one thing happen, told by a number from 0. */
    void step(int choice) {
        IntUnaryOperator pick = bound -> choice / 64 % bound;
        int partition = choice / 64 % PARTITIONS;
        ModelledWriter newest = writers.get(writers.size() - 1);
        // Mostly the newest; the others were forgotten, frozen or started by mistake, and write on.
        ModelledWriter writer = choice % 3 > 0 ? newest : writers.get(choice / 128 % writers.size());
        switch (choice % 64) {
            case 0, 1 -> flush(writer, ModelledWriter.Commit.ANSWER_LOST);
            case 2, 3 -> flush(writer, ModelledWriter.Commit.REQUEST_LOST);
            case 4 ->
                succeed(pick.applyAsInt(3) > 0 ? checkpoints.size() - 1 : pick.applyAsInt(checkpoints.size()), true);
            case 5 -> succeed(checkpoints.size() - 1, false);
            case 6 -> checkpoint();
            case 7 -> {
                if (checkpoint() && pick.applyAsInt(6) == 0 && hasSentAllThatIsStored()) {
                    startFurtherOn(partition, 1 + choice / 1_024 % 4);
                } else if (pick.applyAsInt(6) == 1) {
                    makeSecondTopicAnew();
                }
            }
            case 8, 9 -> readerCheckpoints.add(new ReaderCheckpoint(readerAt, reader.checkpoint()));
            case 10 -> restoreReader(readerCheckpoints.size() - 1);
            case 11 -> restoreReader(pick.applyAsInt(readerCheckpoints.size()));
            case 12, 13, 14, 15, 16, 17, 18, 19 -> flush(writer, ModelledWriter.Commit.WORKS);
            case 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 -> readOne(partition);
            case 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44 -> writer.arrive(partition);
            default -> writer.read(partition);
        }
    }

    private void flush(ModelledWriter writer, ModelledWriter.Commit commit) {
        try {
            writer.flush(commit);
        } catch (StaleWriterException e) {
            end(writer);
        }
    }

    private void end(ModelledWriter stale) {
        writers.remove(stale);
        if (writers.isEmpty()) {
            succeed(checkpoints.size() - 1, true);
        }
    }

    /** @param forget whether the others are gone, with what they have sent and has not arrived */
    private void succeed(int checkpoint, boolean forget) {
        if (forget) {
            writers.clear();
        }
        writers.add(new ModelledWriter(this, checkpoints.get(checkpoint)));
    }

    private boolean checkpoint() {
        ModelledWriter newest = writers.get(writers.size() - 1);
        try {
            checkpoints.add(newest.checkpoint());
            return true;
        } catch (StaleWriterException e) {
            end(newest);
            return false;
        }
    }

    /** Not so in the middle of a replay. */
    private boolean hasSentAllThatIsStored() {
        Map<Integer, Integer> positions = checkpoints.get(checkpoints.size() - 1);
        return database.ledger.entrySet().stream().allMatch(each -> {
            List<SourceCoordinates> records = source(each.getKey().partition());
            int at = positions.getOrDefault(each.getKey().partition(), 0);
            return at == records.size()
                    || records.get(at).offset() >= each.getValue().next();
        });
    }

    /** A job that was stopped with all sent is followed by one that is told to begin behind the next records. */
    private void startFurtherOn(int partition, int records) {
        Map<Integer, Integer> positions = new HashMap<>(checkpoints.get(checkpoints.size() - 1));
        int from = positions.getOrDefault(partition, 0);
        int to = Math.min(from + records, source(partition).size());
        optional.addAll(source(partition).subList(from, to));
        positions.put(partition, to);
        // Nobody goes back behind it and then forward to it again, which would leave out what was stored meanwhile.
        checkpoints.clear();
        checkpoints.add(positions);
        succeed(0, true);
    }

    /** Both jobs begin anew with an empty second topic: all that is stored is to be sent again, and nothing else. */
    private void makeSecondTopicAnew() {
        logs.forEach(List::clear);
        readerAt = new ArrayList<>(Collections.nCopies(PARTITIONS, 0));
        reader = new ModelledReader(has(Bug.FILTER_OFF_BY_ONE));
        readerCheckpoints.clear();
        readerCheckpoints.add(new ReaderCheckpoint(readerAt, reader.checkpoint()));
        checkpoints.clear();
        checkpoints.add(Map.of());
        succeed(0, true);
    }

    private void restoreReader(int checkpoint) {
        ReaderCheckpoint from = readerCheckpoints.get(checkpoint);
        readerAt = new ArrayList<>(from.at());
        reader = new ModelledReader(from.filter(), has(Bug.FILTER_OFF_BY_ONE));
    }

    private void readOne(int partition) {
        if (readerIsBehind(partition)) {
            int at = readerAt.get(partition);
            reader.read(logs.get(partition).get(at));
            readerAt.set(partition, at + 1);
        }
    }

    private boolean readerIsBehind(int partition) {
        return readerAt.get(partition) < logs.get(partition).size();
    }

    /** Lets everything come to its end: nobody is in the last writer's way, and nothing fails any more. */
    void drain() {
        succeed(checkpoints.size() - 1, true);
        ModelledWriter last = writers.get(0);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            while (last.hasMore(partition)) {
                last.read(partition);
            }
        }
        last.checkpoint();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            while (readerIsBehind(partition)) {
                readOne(partition);
            }
        }
    }

    /** What is wrong once drained; empty if nothing is. */
    List<String> violations() {
        List<String> found = new ArrayList<>();
        List<SourceCoordinates> toStore = new ArrayList<>();
        Set<SourceCoordinates> toReject = new HashSet<>();
        for (List<SourceCoordinates> records : source) {
            for (SourceCoordinates at : records) {
                if (isBroken(at) || isRefused(at)) {
                    toReject.add(at);
                } else {
                    toStore.add(at);
                }
            }
        }
        toStore.removeIf(at -> optional.contains(at) && !database.rows.contains(at));
        toReject.removeIf(at -> optional.contains(at) && !database.rejected.contains(at));
        differ(found, "rows", sorted(toStore), sorted(database.rows));
        differ(found, "admitted by the reader", sorted(toStore), sorted(reader.admitted()));
        differ(found, "rejected by the topic", sorted(toReject), sorted(rejected));
        differ(found, "rejected by the table", sorted(toReject), sorted(database.rejected));
        database.ledger.forEach((key, account) -> {
            if (!account.adds()) {
                found.add("ledger of " + key + " does not add up: " + account);
            }
        });
        return found;
    }

    private static void differ(List<String> found, String what, List<String> expected, List<String> actual) {
        if (!expected.equals(actual)) {
            Set<String> missing = new TreeSet<>(expected);
            actual.forEach(missing::remove);
            List<String> more = new ArrayList<>(actual);
            expected.forEach(more::remove);
            found.add("%s: missing %s, too many %s".formatted(what, missing, more));
        }
    }

    private static List<String> sorted(Iterable<SourceCoordinates> places) {
        List<String> texts = new ArrayList<>();
        places.forEach(at -> texts.add("%d/%03d".formatted(at.partition(), at.offset())));
        texts.sort(null);
        return texts;
    }
}
