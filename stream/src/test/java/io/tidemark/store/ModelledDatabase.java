package io.tidemark.store;

import io.tidemark.model.RejectReason;
import io.tidemark.model.SourceCoordinates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables of the ledger and of the events, as one value: a transaction works on a copy. */
final class ModelledDatabase implements LedgerBatch.Access {
    /** Few, so that a history meets several pages. */
    private static final long PAGE_OFFSETS = 9;

    /** Row of the ledger. */
    record Account(long first, long next, long stored, long rejected, long absent) {
        boolean adds() {
            return next - first == stored + rejected + absent;
        }
    }

    final Map<Ledger.Key, Account> ledger;
    final List<SourceCoordinates> rows;
    final Set<SourceCoordinates> rejected;
    final Map<Ledger.Key, List<Ledger.Range>> passedOver;
    private final boolean compares;
    private final boolean remembers;

    /**
     * With bugs that the model must find.
     *
     * @param compares false for a ledger that moves whatever it finds
     * @param remembers false for one that takes what was passed over for stored
     */
    ModelledDatabase(boolean compares, boolean remembers) {
        this(new HashMap<>(), new ArrayList<>(), new HashSet<>(), new HashMap<>(), compares, remembers);
    }

    private ModelledDatabase(
            Map<Ledger.Key, Account> ledger,
            List<SourceCoordinates> rows,
            Set<SourceCoordinates> rejected,
            Map<Ledger.Key, List<Ledger.Range>> passedOver,
            boolean compares,
            boolean remembers) {
        this.ledger = ledger;
        this.rows = rows;
        this.rejected = rejected;
        this.passedOver = passedOver;
        this.compares = compares;
        this.remembers = remembers;
    }

    ModelledDatabase copy() {
        return new ModelledDatabase(
                new HashMap<>(ledger),
                new ArrayList<>(rows),
                new HashSet<>(rejected),
                new HashMap<>(passedOver),
                compares,
                remembers);
    }

    Ledger.Position open(Ledger.Key key, long firstOffset) {
        Account account = ledger.computeIfAbsent(key, each -> new Account(firstOffset, firstOffset, 0, 0, 0));
        Map<Long, Rejection> before = new HashMap<>();
        long to = firstOffset + PAGE_OFFSETS;
        for (SourceCoordinates each : rejected) {
            if (key.holds(each) && each.offset() >= firstOffset && each.offset() < to) {
                before.put(each.offset(), new Rejection(each, RejectReason.MALFORMED_JSON, "broken"));
            }
        }
        return new Ledger.Position(
                account.first(), account.next(), before, to, passedOver.getOrDefault(key, List.of()));
    }

    @Override
    public int compareAndSet(List<Ledger.Move> moves) {
        int moved = 0;
        for (Ledger.Move move : moves) {
            Account before = ledger.getOrDefault(move.key(), new Account(0, 0, 0, 0, 0));
            if (before.next() == move.from() || !compares) {
                moved++;
                ledger.put(
                        move.key(),
                        new Account(
                                before.first(),
                                move.to(),
                                before.stored() + move.stored(),
                                before.rejected() + move.rejected(),
                                before.absent() + move.absent()));
            }
        }
        return moved;
    }

    @Override
    public void passOver(List<Ledger.Move> moves) {
        if (!remembers) {
            return;
        }
        for (Ledger.Move move : moves) {
            List<Ledger.Range> ranges = new ArrayList<>(passedOver.getOrDefault(move.key(), List.of()));
            ranges.add(new Ledger.Range(move.from(), move.from() + move.passedOver()));
            passedOver.put(move.key(), ranges);
        }
    }

    @Override
    public List<String> elsewhere(List<Ledger.Move> moves) {
        List<String> found = new ArrayList<>();
        for (Ledger.Move move : moves) {
            Account account = ledger.getOrDefault(move.key(), new Account(0, 0, 0, 0, 0));
            if (account.next() != move.to()) {
                found.add(move + ", found at " + account.next());
            }
        }
        return found;
    }

    /** Rejects an event that the transaction's move took for stored. */
    void refuse(SourceCoordinates at) {
        rejected.add(at);
        ledger.computeIfPresent(
                Ledger.Key.of(at),
                (key, account) -> new Account(
                        account.first(),
                        account.next(),
                        account.stored() - 1,
                        account.rejected() + 1,
                        account.absent()));
    }
}
