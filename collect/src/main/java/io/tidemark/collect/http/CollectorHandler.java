package io.tidemark.collect.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidemark.collect.http.EventDoor.Admitted;
import io.tidemark.collect.intake.Intake;
import io.tidemark.collect.intake.Kept;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests. Never blocks. */
final class CollectorHandler extends Handler.Abstract.NonBlocking {
    private static final Logger LOG = LoggerFactory.getLogger(CollectorHandler.class);

    /** A transparent one of 1 by 1. */
    private static final byte[] GIF =
            Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    /** The second is what {@code sendBeacon} sends, without asking the server first. */
    private static final Set<String> TYPES = Set.of("application/json", "text/plain");

    private final CollectorConfig config;
    private final Intake intake;
    private final EventDoor door;
    private final CollectorMetrics metrics;
    private final Answers answers;
    private final Permissions permissions;
    private final ClientAddress addresses;
    private final EventsBody bodies;
    private final Tracker tracker;

    CollectorHandler(CollectorConfig config, Intake intake, EventDoor door, CollectorMetrics metrics) {
        this.config = config;
        this.intake = intake;
        this.door = door;
        this.metrics = metrics;
        answers = new Answers(metrics);
        permissions = new Permissions(config);
        addresses = new ClientAddress(config.access().trustedProxies());
        bodies = new EventsBody(config.limits().events());
        tracker = Tracker.load(config.leftOut().onSignals());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        try {
            route(request, response, callback);
        } catch (RefusedException e) {
            answers.refuse(request, response, callback, e, List.of());
        } catch (RuntimeException e) {
            fail(request, response, callback, e, List.of());
        }
        return true;
    }

    private void route(Request request, Response response, Callback callback) throws RefusedException {
        String path = Request.getPathInContext(request);
        switch (path) {
            case Routes.EVENT -> event(request, response, callback);
            case Routes.PIXEL -> pixel(request, response, callback);
            case Routes.TRACKER -> {
                requireMethod(request, response, "GET", "HEAD");
                tracker.send(request, response, callback, answers);
            }
            case Routes.HEALTH -> {
                requireMethod(request, response, "GET", "HEAD");
                answers.json(request, response, callback, 200, json -> json.writeStringField("status", "up"));
            }
            case Routes.READINESS -> {
                requireMethod(request, response, "GET", "HEAD");
                boolean ready = intake.isReady();
                answers.json(request, response, callback, ready ? 200 : 503, json -> {
                    json.writeStringField("status", ready ? "ready" : "Kafka does not answer");
                    json.writeNumberField("spooled_events", intake.spooledEvents());
                });
            }
            case Routes.METRICS -> {
                requireMethod(request, response, "GET", "HEAD");
                requireOperator(request);
                answers.send(request, response, callback, 200, CollectorMetrics.CONTENT_TYPE, metrics.text());
            }
            default -> throw notFound();
        }
    }

    private static RefusedException notFound() {
        return new RefusedException(
                Refusal.NOT_FOUND, "There are %s, %s and %s".formatted(Routes.EVENT, Routes.PIXEL, Routes.TRACKER));
    }

    private static void requireMethod(Request request, Response response, String... methods) throws RefusedException {
        if (!List.of(methods).contains(request.getMethod())) {
            String allowed = String.join(", ", methods);
            response.getHeaders().put(HttpHeader.ALLOW, allowed);
            throw new RefusedException(Refusal.METHOD_NOT_ALLOWED, "This path has " + allowed);
        }
    }

    /** Whoever is on this machine, and came by no proxy, may look at the metrics. */
    private static void requireOperator(Request request) throws RefusedException {
        InetAddress peer = Network.addressOrNull(Request.getRemoteAddr(request));
        if (peer == null
                || !peer.isLoopbackAddress()
                || request.getHeaders().contains(HttpHeader.X_FORWARDED_FOR)
                || request.getHeaders().contains(HttpHeader.FORWARDED)) {
            throw notFound();
        }
    }

    private void event(Request request, Response response, Callback callback) throws RefusedException {
        requireMethod(request, response, "POST", "OPTIONS");
        permissions.admitOrigin(request, response);
        if ("OPTIONS".equals(request.getMethod())) {
            Permissions.preflight(response);
            answers.send(request, response, callback, 204, null, new byte[0]);
            return;
        }
        Site site = permissions.site(request, parameters(request).getValue("k"));
        requireJson(request);
        long started = System.nanoTime();
        var unused = BodyReader.read(
                        request, config.limits().bodyBytes(), config.limits().bodyWithin())
                .whenComplete((body, failure) -> {
                    if (failure != null) {
                        fail(request, response, callback, failure, List.of());
                        return;
                    }
                    try {
                        Admitted admitted = door.admit(bodies.read(body), Sender.of(request, addresses), site);
                        whenKept(
                                admitted,
                                request,
                                response,
                                callback,
                                started,
                                kept -> answers.json(
                                        request, response, callback, kept == Kept.IN_KAFKA ? 200 : 202, json -> {
                                            Answers.writeIds(json, admitted.ids());
                                            if (kept == Kept.IN_SPOOL) {
                                                json.writeBooleanField("spooled", true);
                                            }
                                            if (admitted.skipped() > 0) {
                                                json.writeNumberField("skipped", admitted.skipped());
                                            }
                                        }));
                    } catch (RefusedException | RuntimeException e) {
                        fail(request, response, callback, e, List.of());
                    }
                });
    }

    private void pixel(Request request, Response response, Callback callback) throws RefusedException {
        requireMethod(request, response, "GET", "HEAD");
        Fields parameters = parameters(request);
        Site site = permissions.site(request, parameters.getValue("k"));
        long started = System.nanoTime();
        List<SentEvent> event = bodies.read(RawRecord.ofPixel(parameters));
        Admitted admitted = door.admit(event, Sender.of(request, addresses), site);
        whenKept(
                admitted,
                request,
                response,
                callback,
                started,
                kept -> answers.send(request, response, callback, 200, "image/gif", GIF));
    }

    private void whenKept(
            Admitted admitted,
            Request request,
            Response response,
            Callback callback,
            long startedNanos,
            Consumer<Kept> answer) {
        var unused = admitted.kept()
                .whenCompleteAsync(
                        (kept, failure) -> {
                            if (failure != null) {
                                fail(request, response, callback, failure, admitted.sentIds());
                                return;
                            }
                            metrics.kept(kept, admitted.sentIds().size(), System.nanoTime() - startedNanos);
                            metrics.skipped(admitted.skipped());
                            answer.accept(kept);
                        },
                        request.getComponents().getExecutor());
    }

    private static Fields parameters(Request request) throws RefusedException {
        try {
            return Request.extractQueryParameters(request, UTF_8);
        } catch (RuntimeException e) {
            throw new RefusedException(Refusal.INVALID_BODY, "The query cannot be read: " + e.getMessage());
        }
    }

    private static void requireJson(Request request) throws RefusedException {
        String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
        String bare = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!TYPES.contains(bare)) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_TYPE, "The body must be of type application/json, or text/plain that is JSON");
        }
    }

    private void fail(Request request, Response response, Callback callback, Throwable failure, List<String> ids) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RefusedException refused) {
            answers.refuse(request, response, callback, refused, ids);
        } else if (cause instanceof IOException) {
            // The connection is gone, and nobody there to be answered.
            callback.failed(cause);
        } else {
            LOG.error("A request to {} failed", Routes.label(Request.getPathInContext(request)), cause);
            answers.refuse(
                    request,
                    response,
                    callback,
                    new RefusedException(Refusal.INTERNAL, "Something went wrong; the collector's log has it"),
                    ids);
        }
    }
}
