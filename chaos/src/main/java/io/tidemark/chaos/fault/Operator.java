package io.tidemark.chaos.fault;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.jobs.FlinkRest;
import io.tidemark.cli.jobs.JobFailedException;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobLauncher;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.JobRecord;
import io.tidemark.cli.jobs.JobRegistry;
import io.tidemark.cli.jobs.RestorePoint;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.cli.jobs.Target;
import io.tidemark.store.StoreException;
import io.tidemark.stream.StartFrom;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who works with the jobs by hand, by what the commands do: one thing after the other, and each again until the cluster,
 * which may be down at that moment, has taken it.
 */
public final class Operator {
    private static final Logger LOG = LoggerFactory.getLogger(Operator.class);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final JobLauncher launcher;
    private final JobRegistry registry;
    private final FlinkRest flink;
    private final JobOptions options;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_WITHIN).build();

    /** One for jobs with such options. */
    public Operator(Target target, Layout layout, JobOptions options) {
        this.launcher = new JobLauncher(target);
        this.registry = new JobRegistry(layout);
        this.flink = new FlinkRest(target.flink());
        this.options = options;
    }

    /** Starts a job afresh. */
    public synchronized void start(JobKind kind) throws Exception {
        retry("start " + kind, () -> {
            if (launcher.runs(kind)) {
                return true;
            }
            Submitted job = launcher.submit(kind, options);
            registry.add(job, options);
            return true;
        });
    }

    /** Starts a further copy of a job that may run; nobody remembers it. Returns its id. */
    synchronized String startSecond(JobKind kind, boolean fromEarliest) throws Exception {
        StartFrom from = fromEarliest ? new StartFrom.Earliest() : new StartFrom.Committed();
        return retry(
                "start a second " + kind,
                () -> launcher.evenIfRunning()
                        .submit(kind, options.withFrom(from))
                        .id());
    }

    /** Cancels a job by its id, and waits until it has ended; one that the cluster does not know has. */
    synchronized void cancel(String id) throws Exception {
        retry("cancel " + id, () -> {
            List<FlinkRest.KnownJob> alive = flink.jobs().stream()
                    .filter(job -> job.id().equals(id) && !job.state().isGloballyTerminalState())
                    .toList();
            if (alive.isEmpty()) {
                return true;
            }
            sendCancel(id);
            throw new IOException(id + " is " + alive.get(0).state());
        });
    }

    /** The state of a job by its id; empty if the cluster does not know it. */
    synchronized Optional<JobStatus> state(String id) throws Exception {
        return retry("look at " + id, flink::jobs).stream()
                .filter(job -> job.id().equals(id))
                .map(FlinkRest.KnownJob::state)
                .findFirst();
    }

    private void sendCancel(String id) throws IOException, InterruptedException {
        HttpRequest cancel = HttpRequest.newBuilder(
                        URI.create("http://" + flink.address() + "/jobs/" + id + "?mode=cancel"))
                .method("PATCH", HttpRequest.BodyPublishers.noBody())
                .timeout(ANSWER_WITHIN)
                .build();
        int status = http.send(cancel, HttpResponse.BodyHandlers.discarding()).statusCode();
        LOG.info("Cancelling {}: {}", id, status);
    }

    /** Ends every job, and forgets them. */
    public synchronized void cancelAll() throws Exception {
        for (JobKind kind : JobKind.values()) {
            registry.remove(kind);
        }
        for (FlinkRest.KnownJob job : retry("list the jobs", flink::jobs)) {
            cancel(job.id());
        }
    }

    /**
     * Stops a job with a savepoint, and lets it go on from there with another parallelism. Returns the one that was reached:
     * of several copies it is one that is stopped, not always the right one.
     */
    synchronized int rescale(JobKind kind, int parallelism) throws Exception {
        JobRecord job = remembered(kind);
        retry("stop " + kind, () -> {
            if (launcher.runs(kind)) {
                registry.noteStopped(kind, launcher.stopWithSavepoint(kind));
            }
            return true;
        });
        boolean submitted = goOn(kind, job.options().withParallelism(parallelism), null);
        LOG.info("{} was {}to go on {} wide", kind, submitted ? "" : "not ", parallelism);
        return retry("see how wide " + kind + " is", () -> widest(kind));
    }

    /** Parallelism of the widest of the alive jobs of that kind. */
    private int widest(JobKind kind) throws IOException {
        int widest = 0;
        for (FlinkRest.KnownJob job : alive()) {
            if (job.name().equals(kind.jobName())) {
                for (JsonNode vertex : flink.get("/jobs/" + job.id()).path("vertices")) {
                    widest = Math.max(widest, vertex.path("parallelism").asInt());
                }
            }
        }
        if (widest == 0) {
            throw new IOException("It has no tasks as yet");
        }
        return widest;
    }

    /** Takes a savepoint; the job goes on. */
    synchronized RestorePoint savepoint(JobKind kind) throws Exception {
        return retry("take a savepoint of " + kind, () -> launcher.savepoint(kind));
    }

    /** Ends a job and lets it go on from that savepoint; false if another one ran before it could. */
    synchronized boolean rollBack(JobKind kind, RestorePoint savepoint) throws Exception {
        JobRecord job = remembered(kind);
        registry.noteStopped(kind, savepoint);
        for (FlinkRest.KnownJob known : retry("list the jobs", flink::jobs)) {
            if (known.name().equals(kind.jobName())) {
                cancel(known.id());
            }
        }
        return goOn(kind, job.options(), savepoint);
    }

    /** Returns whether it was this one that submitted the job; false also if the cluster took it without an answer. */
    private boolean goOn(JobKind kind, JobOptions wanted, @Nullable RestorePoint from) throws Exception {
        return retry("let " + kind + " go on", () -> {
            if (launcher.runs(kind)) {
                return false;
            }
            JobRecord job = remembered(kind);
            RestorePoint point = from == null ? registry.restorePoint(job).orElse(null) : from;
            Submitted submitted = launcher.resume(kind, wanted, job.start(), point);
            registry.add(submitted, wanted, point);
            return true;
        });
    }

    private JobRecord remembered(JobKind kind) {
        return requireNonNull(registry.find(kind).orElse(null), () -> kind + " is not remembered");
    }

    /** The jobs that run, or are about to. */
    public List<FlinkRest.KnownJob> alive() throws IOException {
        return flink.jobs().stream()
                .filter(job -> !job.state().isGloballyTerminalState())
                .toList();
    }

    /** How many kinds of jobs run. */
    public long running() throws IOException {
        return flink.jobs().stream()
                .filter(job -> job.state() == JobStatus.RUNNING)
                .map(FlinkRest.KnownJob::name)
                .distinct()
                .count();
    }

    private static <T> T retry(String what, Attempt<T> attempt) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return attempt.run();
            } catch (JobFailedException | IllegalStateException | IOException | StoreException e) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("Cannot " + what + ": " + e.getMessage(), e);
                }
                LOG.info("Cannot {} yet: {}", what, e.getMessage());
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            }
        }
    }

    /** What is tried until it works. */
    @FunctionalInterface
    private interface Attempt<T> {
        T run() throws Exception;
    }
}
