package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.embedded.External;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackConfig;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobLauncher;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.RunningJob;
import io.tidemark.cli.jobs.Submitted;
import io.tidemark.cli.jobs.Target;
import io.tidemark.collect.importing.ImportProgress;
import io.tidemark.collect.importing.LogSource;
import io.tidemark.model.Aggregate;
import io.tidemark.model.Topics;
import io.tidemark.store.TrafficQueries;
import io.tidemark.store.TrafficQueries.Ranked;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.StartOffsets;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.enrich.EnrichJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark run}. */
@Command(
        name = "run",
        description = {
            "Count the traffic of access logs: start the embedded stack, import, enrich, count to the end, print a summary.",
            "With --data, a further run adds to what is there; without, nothing is kept."
        })
final class RunCommand implements Callable<Integer> {
    private static final int SHOWN = 5;

    @Mixin
    private final LogOptions logs = new LogOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder to keep everything in; by default nothing is kept.")
    private @Nullable Path data;

    @Mixin
    private final KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private final PostgresOptions postgres = new PostgresOptions();

    @Mixin
    private final TopicOptions topics = new TopicOptions();

    @Mixin
    private final JobSettings settings = new JobSettings();

    @Mixin
    private final WindowOptions windows = new WindowOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        JobOptions options = settings.options()
                .withWindow(windows.size)
                .withTime(windows.time)
                .requireFit();
        // Before the servers start.
        List<LogSource> sources = logs.sources();
        if (data != null) {
            Cluster.requireNothingLeft(data);
        }
        long started = System.nanoTime();
        External external = OwnServers.reachable(kafka, postgres, topics, err);
        err.println(OwnServers.starting(external));
        err.flush();
        try (TemporaryFolder folder = TemporaryFolder.unless(data);
                Stack stack = Stack.start(
                        StackConfig.at(folder.path())
                                .withPartitions(topics.partitions())
                                .withParallelism(settings.parallelism())
                                .withExternal(external),
                        folder::close)) {
            EnrichJob.warmUp();
            err.printf("Up after %.1f s%n", seconds(started));
            settings.adviseOnGeo(err);
            Target target = Target.of(stack);
            JobLauncher launcher = new JobLauncher(target);
            launcher.migrate();
            // Before the import: what was imported for windows that cannot be counted would be imported twice.
            launcher.claimWindows(options);
            if (settings.sessions()) {
                launcher.claimSessions(options);
            }
            requireRepeatable(target);
            long ready = System.nanoTime();
            ImportProgress imported = importAll(stack, sources, err);
            Map<String, Long> enriched = enrich(launcher, options, imported.sent(), err);
            count(launcher, JobKind.AGGREGATE, "count", options, enriched, err);
            if (settings.sessions()) {
                count(launcher, JobKind.SESSION, "sessions", options, enriched, err);
            }
            double seconds = seconds(ready);
            try (TrafficQueries queries = new TrafficQueries(target.store())) {
                // Of another list, tables of earlier runs on the same folder may tell of those runs only.
                boolean asByDefault = options.aggregates().equals(Aggregate.DEFAULTS);
                List<Ranked> hosts = queries.topHosts(SHOWN);
                new RunSummary(imported, enriched, queries.totals(), windows.size, seconds, seconds(started))
                        .print(
                                out,
                                hosts,
                                asByDefault ? visitors(queries, hosts) : Map.of(),
                                asByDefault ? queries.topPages(SHOWN) : List.of(),
                                queries.topReferrers(SHOWN),
                                settings.sessions() ? queries.sessionsByHost(SHOWN) : List.of());
            }
            folder.print(out);
        }
        return Main.DONE;
    }

    private static Map<String, Long> visitors(TrafficQueries queries, List<Ranked> hosts) {
        Map<String, Long> visitors = new HashMap<>();
        for (Ranked each : hosts) {
            queries.visitors(each.name()).ifPresent(number -> visitors.put(each.name(), number));
        }
        return visitors;
    }

    /** A run counts the whole topic again, and by processing time that would be in other windows. */
    private void requireRepeatable(Target target) {
        if (windows.time == TimeCharacteristic.EVENT) {
            return;
        }
        try (TrafficQueries queries = new TrafficQueries(target.store())) {
            if (queries.lastWindowStart().isPresent()) {
                throw new StackException("--time processing cannot add to windows that are counted already:"
                        + " use another --data folder, or event time");
            }
        }
    }

    private ImportProgress importAll(Stack stack, List<LogSource> sources, PrintWriter err)
            throws IOException, InterruptedException {
        ImportRun run = new ImportRun(stack.kafka(), logs.config(Topics.RAW, false), sources, logs.rejects());
        try {
            ImportProgress imported = run.run(err);
            ImportRun.requireUsable(imported);
            return imported;
        } catch (IncompleteImportException e) {
            // Of a folder that is not kept, there is nothing to say about what was sent.
            throw data == null && e.getCause() instanceof IOException cause ? cause : e;
        } finally {
            run.finished();
        }
    }

    /** From where the last run ended; the ledger would skip what is stored anyway. */
    private static Map<String, Long> enrich(JobLauncher launcher, JobOptions options, long expected, PrintWriter err) {
        try (JobProgress progress = new JobProgress(err, "enrich", expected)) {
            StartOffsets ends = launcher.rawEnds();
            Submitted job = launcher.submit(JobKind.ENRICH, options.bounded(new StartFrom.Committed()));
            Map<String, Long> counts = RunningJob.await(job, progress);
            launcher.commitRaw(ends);
            return counts;
        }
    }

    /** From the beginning: what is written is absolute, so a window or session has to be seen whole. */
    private static void count(
            JobLauncher launcher,
            JobKind kind,
            String name,
            JobOptions options,
            Map<String, Long> enriched,
            PrintWriter err) {
        long expected = enriched.getOrDefault(Tallies.STORED, 0L);
        try (JobProgress progress = new JobProgress(err, name, expected)) {
            Submitted job = launcher.submit(kind, options.bounded(new StartFrom.Earliest()));
            Map<String, Long> ignored = RunningJob.await(job, progress);
        }
    }

    private static double seconds(long sinceNanos) {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }
}
