package io.tidemark.cli.audit;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.audit.Difference.Kind;
import io.tidemark.collect.Ticker;
import io.tidemark.store.AuditSessions;
import io.tidemark.store.AuditWindows;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks again and again until nothing differs, or what differs has stayed the same for long enough. What keeps coming and
 * going is events on their way.
 */
final class Settling {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    /** How many times the time to settle passes before differences that come and go are left at that. */
    private static final int GIVE_UP_AFTER = 2;

    private final Eye eye;
    private final Ticker ticker;

    /** Looks at everything. */
    @FunctionalInterface
    interface Eye {
        Look look() throws InterruptedException;
    }

    Settling(Eye eye, Ticker ticker) {
        this.eye = eye;
        this.ticker = ticker;
    }

    AuditReport run(Duration settle) throws InterruptedException {
        Map<Difference, Long> since = new HashMap<>();
        long start = ticker.nanos();
        for (int looks = 1; ; looks++) {
            long now = ticker.nanos();
            Look look = eye.look();
            since.keySet().retainAll(look.differences());
            look.differences().forEach(difference -> since.putIfAbsent(difference, now));
            List<Difference> settled = look.differences().stream()
                    .filter(difference -> now - requireNonNull(since.get(difference)) >= settle.toNanos())
                    .toList();
            boolean all = settled.size() == look.differences().size();
            if (all || now - start >= settle.multipliedBy(GIVE_UP_AFTER).toNanos()) {
                return report(look, settled, looks);
            }
            ticker.await(BETWEEN_LOOKS);
        }
    }

    private static AuditReport report(Look look, List<Difference> settled, int looks) {
        AuditWindows windows = look.windows();
        boolean windowsDiffer =
                settled.stream().anyMatch(each -> each.kind() == Kind.HOST_COUNT || each.kind() == Kind.REFERRER_COUNT);
        boolean groupsDiffer = settled.stream().anyMatch(each -> each.kind() == Kind.GROUP_COUNT);
        long more = windowsDiffer ? windows.differing() - windows.differences().size() : 0;
        more += groupsDiffer
                ? windows.groups().differing() - windows.groups().differences().size()
                : 0;
        AuditSessions sessions = look.sessions();
        more += settled.stream().anyMatch(each -> each.kind() == Kind.SESSION)
                ? sessions.differing() - sessions.differences().size()
                : 0;
        return new AuditReport(
                look.partitions(),
                windows,
                sessions,
                look.second(),
                settled,
                more,
                look.differences().size() - settled.size(),
                look.notes(),
                looks);
    }
}
