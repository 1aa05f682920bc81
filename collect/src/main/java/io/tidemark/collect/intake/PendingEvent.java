package io.tidemark.collect.intake;

import java.util.ArrayList;
import java.util.List;

/** An event that Kafka has not acknowledged, and who waits for it. For the intake's thread. */
final class PendingEvent {
    final NewEvent event;
    final long sinceNanos;
    private final List<Receipt> receipts = new ArrayList<>(1);
    private boolean spooled;

    PendingEvent(NewEvent event, long sinceNanos, boolean spooled) {
        this.event = event;
        this.sinceNanos = sinceNanos;
        this.spooled = spooled;
    }

    boolean isSpooled() {
        return spooled;
    }

    void await(Receipt receipt) {
        if (spooled) {
            receipt.kept(Kept.IN_SPOOL);
        } else {
            receipts.add(receipt);
        }
    }

    void spooled() {
        spooled = true;
        done(Kept.IN_SPOOL);
    }

    void done(Kept where) {
        receipts.forEach(each -> each.kept(where));
        receipts.clear();
    }

    void notTaken(NotTakenException why) {
        receipts.forEach(each -> each.notTaken(why));
        receipts.clear();
    }
}
