package io.tidemark.collect.http;

import io.github.bucket4j.TimeMeter;
import io.tidemark.collect.intake.EventIds;
import io.tidemark.collect.intake.Intake;
import io.tidemark.collect.intake.Kept;
import io.tidemark.collect.intake.NewEvent;
import io.tidemark.collect.intake.NotTakenException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** From events as sent to acknowledged ones: who may send them, how many, which are left out, what they lack. */
final class EventDoor {
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(5);

    private final CollectorConfig config;
    private final Intake intake;
    private final Clock clock;
    private final RateLimits perAddress;
    private final RateLimits perKey;
    private final Supplier<String> newIds = EventIds.random();

    EventDoor(CollectorConfig config, Intake intake, Clock clock, TimeMeter time) {
        this.config = config;
        this.intake = intake;
        this.clock = clock;
        perAddress = new RateLimits(config.limits().perAddress(), time);
        perKey = new RateLimits(config.limits().perKey(), time);
    }

    /**
     * Events on their way.
     *
     * @param ids of the events in their order, null for those left out
     * @param skipped how many were left out
     * @param kept completed once all are safe; failed with {@link RefusedException} if one is not
     */
    record Admitted(List<@Nullable String> ids, int skipped, CompletableFuture<Kept> kept) {
        /** Those by which a sender may try again. */
        List<String> sentIds() {
            List<String> sent = new ArrayList<>();
            for (String each : ids) {
                if (each != null) {
                    sent.add(each);
                }
            }
            return sent;
        }
    }

    /**
     * Takes the events of a request, all or none.
     *
     * @param site whose key was given; null if anybody may send
     */
    Admitted admit(List<SentEvent> events, Sender sender, @Nullable Site site) throws RefusedException {
        perAddress.take(sender.address(), "address", events.size());
        if (site != null) {
            perKey.take(site.key(), "key", events.size());
        }
        long now = clock.millis();
        List<@Nullable String> ids = new ArrayList<>();
        List<NewEvent> taken = new ArrayList<>();
        for (SentEvent each : events) {
            String host = host(each, sender, site);
            String url = each.fields().contains("url") ? each.url() : sender.page();
            if ((config.leftOut().onSignals() && sender.asksNotToBeTracked())
                    || config.leftOut().paths().has(url)) {
                ids.add(null);
                continue;
            }
            String id = each.id() == null ? newIds.get() : each.id();
            ids.add(id);
            taken.add(new NewEvent(id, now, RawRecord.of(each, sender, host, now)));
        }
        CompletableFuture<Kept> kept = intake.accept(taken)
                .copy()
                .orTimeout(config.limits().patience().toNanos(), TimeUnit.NANOSECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(refused(failure)));
        return new Admitted(ids, events.size() - taken.size(), kept);
    }

    /** The host of an event that does not say; null if it says. */
    private static @Nullable String host(SentEvent event, Sender sender, @Nullable Site site) throws RefusedException {
        boolean says = event.fields().contains("host");
        String inUrl = Sender.hostOf(event.url());
        String told = inUrl == null ? sender.host() : inUrl;
        String host = says ? event.host() : told;
        if (site != null && (host == null || !site.has(host))) {
            throw new RefusedException(
                    Refusal.HOST_NOT_OF_SITE, "An event is of a host that this key is not for: " + host);
        }
        return says ? null : host;
    }

    private static Throwable refused(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof TimeoutException) {
            return new RefusedException(
                    Refusal.NOT_YET_KNOWN, "Kafka did not answer in time; send the same ids again", SOON);
        }
        if (cause instanceof NotTakenException notTaken) {
            String message = String.valueOf(notTaken.getMessage());
            return switch (notTaken.why()) {
                case BUSY -> new RefusedException(Refusal.BUSY, message, SOON);
                case KAFKA_AWAY -> new RefusedException(Refusal.KAFKA_AWAY, message, LATER);
                case TOO_LARGE -> new RefusedException(Refusal.TOO_LARGE, message);
                case ENDING -> new RefusedException(Refusal.ENDING, message, LATER);
            };
        }
        return cause;
    }
}
