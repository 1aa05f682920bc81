package io.tidemark.cli.cluster;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.jobs.Distribution;
import io.tidemark.cli.jobs.FlinkRest;
import io.tidemark.cli.jobs.JobLauncher;
import io.tidemark.cli.jobs.JobRegistry;
import io.tidemark.cli.jobs.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Submits the remembered jobs to a JobManager that does not know them, since it was started anew, until it has taken
 * them all.
 */
final class JobKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobKeeper.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

    private final JobRegistry registry;
    private final FlinkRest flink;
    private final Semaphore asked = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "keep-jobs");

    /** Asked when needed: the password of the database is made with the database. */
    private volatile Supplier<Target> target;

    private volatile @Nullable List<Path> jars;

    JobKeeper(Layout layout, Supplier<Target> target, FlinkRest flink) {
        this.registry = new JobRegistry(layout);
        this.target = target;
        this.flink = flink;
        thread.setDaemon(true);
        thread.start();
    }

    void runOn(Target newTarget) {
        target = () -> newTarget;
    }

    void classes(List<Path> newJars) {
        jars = List.copyOf(newJars);
    }

    /** Lets the remembered jobs go on that do not run; returns at once. */
    void resume() {
        asked.release();
    }

    private void run() {
        boolean pending = false;
        Duration pause = FIRST_PAUSE;
        try {
            while (true) {
                if (asked.tryAcquire((pending ? pause : LOOK_EVERY).toMillis(), TimeUnit.MILLISECONDS)) {
                    asked.drainPermits();
                    pending = !goOn(FIRST_PAUSE);
                    pause = FIRST_PAUSE;
                } else if (pending) {
                    Duration doubled = pause.multipliedBy(2);
                    pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
                    pending = !goOn(pause);
                } else {
                    noteEnded();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("The jobs are no longer kept");
        }
    }

    /** Returns whether all jobs run that are to. */
    private boolean goOn(Duration pauseIfNot) {
        List<String> problems = new ArrayList<>();
        try {
            if (!registry.unfinished().isEmpty()) {
                registry.resume(new JobLauncher(withClasses()), problems::add)
                        .forEach(job -> LOG.info("{} goes on as {}", job.kind().jobName(), job.id()));
            }
        } catch (RuntimeException e) {
            LOG.debug("The jobs do not go on yet", e);
            problems.add(String.valueOf(e.getMessage()));
        }
        problems.forEach(problem -> LOG.warn("{}; again in {} s", problem, pauseIfNot.toSeconds()));
        return problems.isEmpty();
    }

    private Target withClasses() {
        Target wanted = target.get();
        List<Path> named = jars;
        if (named == null) {
            named = wanted.jars().isEmpty() ? List.of(Distribution.jobJar()) : wanted.jars();
        }
        return new Target(wanted.kafka(), wanted.store(), wanted.flink(), named);
    }

    /** A job that was cancelled on Flink's page must not come back with the next JobManager. */
    private void noteEnded() {
        try {
            registry.noteEnded(flink.jobs());
        } catch (IOException | RuntimeException e) {
            LOG.debug("Flink does not say how the jobs are", e);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
