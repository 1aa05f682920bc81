package io.tidemark.collect.intake;

import java.util.concurrent.CompletableFuture;

/** Of one request: done once each of its events is safe. Its counting is for the intake's thread. */
final class Receipt {
    private final CompletableFuture<Kept> done = new CompletableFuture<>();
    private int open;
    private Kept worst = Kept.IN_KAFKA;

    Receipt(int events) {
        open = events;
    }

    /** Completed by the intake's thread. */
    CompletableFuture<Kept> done() {
        return done;
    }

    void kept(Kept where) {
        open--;
        if (where == Kept.IN_SPOOL) {
            worst = where;
        }
        if (open == 0) {
            done.complete(worst);
        }
    }

    void notTaken(NotTakenException why) {
        done.completeExceptionally(why);
    }
}
