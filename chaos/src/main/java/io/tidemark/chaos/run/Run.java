package io.tidemark.chaos.run;

import io.tidemark.chaos.check.Checks;
import io.tidemark.chaos.check.Database;
import io.tidemark.chaos.check.Evidence;
import io.tidemark.chaos.check.EvidenceCollector;
import io.tidemark.chaos.check.Finding;
import io.tidemark.chaos.check.InputCheck;
import io.tidemark.chaos.check.Leftovers;
import io.tidemark.chaos.check.SessionsCheck;
import io.tidemark.chaos.check.SnapshotReader;
import io.tidemark.chaos.check.TopicsReader;
import io.tidemark.chaos.fault.Operator;
import io.tidemark.chaos.fault.Stage;
import io.tidemark.chaos.proxy.LinkProxy;
import io.tidemark.chaos.report.RunResult;
import io.tidemark.chaos.traffic.EventMaker;
import io.tidemark.chaos.traffic.Expected;
import io.tidemark.chaos.traffic.Outcome;
import io.tidemark.chaos.traffic.Place;
import io.tidemark.chaos.traffic.Sent;
import io.tidemark.chaos.traffic.TrafficSender;
import io.tidemark.cli.cluster.Cluster;
import io.tidemark.cli.cluster.ProcessState;
import io.tidemark.cli.jobs.JobKind;
import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.cli.jobs.Pace;
import io.tidemark.cli.jobs.Target;
import io.tidemark.model.Aggregate;
import io.tidemark.model.SessionsBy;
import io.tidemark.store.SessionSettings;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.StartFrom;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.enrich.IpPolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run: fresh database and topics, jobs, traffic, faults, drain, checks. */
final class Run {
    static final int PARTITIONS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Run.class);
    private static final Duration WATERMARK_DELAY = Duration.ofSeconds(1);
    private static final Duration LATENESS = Duration.ofSeconds(15);

    /** Short, so that a visitor has several sessions in a run, of one page view or of some. */
    private static final SessionSettings SESSIONS = SessionSettings.of(Duration.ofSeconds(4), SessionsBy.VISITOR);

    private static final Pace PACE = new Pace(Duration.ofMillis(1_500), Duration.ofMillis(1_500));
    private static final Duration JOBS_WITHIN = Duration.ofMinutes(3);
    private static final Duration RECOVERED_WITHIN = Duration.ofMinutes(2);
    private static final Duration DRAINED_WITHIN = Duration.ofMinutes(2);
    private static final Duration CLEAN_WITHIN = Duration.ofSeconds(15);
    private static final Duration STEP = Duration.ofMillis(200);
    private static final int TRAFFIC_SALT = 17;

    private final RunPlan plan;
    private final Cluster cluster;
    private final LinkProxy postgresLink;
    private final LinkProxy kafkaLink;
    private final Database server;
    private final Database database;
    private final String plant;
    private final Clock clock = Clock.systemUTC();
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, Long> phases = new LinkedHashMap<>();
    private List<RunResult.Injected> injected = List.of();
    private long records;
    private long looks;
    private long phaseStart;

    /** Uses the cluster alone; the number tells its databases apart. */
    Run(
            RunPlan plan,
            Cluster cluster,
            LinkProxy postgresLink,
            LinkProxy kafkaLink,
            Database server,
            int number,
            String plant) {
        this.plan = plan;
        this.cluster = cluster;
        this.postgresLink = postgresLink;
        this.kafkaLink = kafkaLink;
        this.server = server;
        this.database = server.sibling("run_" + number);
        this.plant = plant;
    }

    RunResult execute() throws InterruptedException {
        Instant began = clock.instant();
        phaseStart = System.nanoTime();
        long start = phaseStart;
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", cluster.addresses().bootstrap()))) {
            proceed(admin);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.error("Run {} broke", plan.seed(), e);
            findings.add(new Finding("run", "broke: " + e));
        }
        return new RunResult(
                began.truncatedTo(ChronoUnit.SECONDS).toString(),
                plan.seed(),
                injected,
                plant,
                records,
                looks,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                phases,
                findings.stream().map(Finding::toString).toList());
    }

    private void proceed(Admin admin) throws Exception {
        Workplace workplace =
                new Workplace(admin, server, database, cluster.addresses().bootstrap());
        String topicId = workplace.prepare(PARTITIONS);
        Target target = new Target(
                KafkaSettings.of("127.0.0.1:" + kafkaLink.port()),
                new StoreConfig(
                        database.url(postgresLink.port()) + "?sslmode=disable", database.user(), database.password()),
                cluster.addresses().flink(),
                List.of());
        Operator operator = new Operator(target, cluster.layout(), options());
        cluster.jobsRunOn(target);
        phase("prepare");

        EventMaker maker = new EventMaker(new SplittableRandom(plan.seed() ^ TRAFFIC_SALT), PARTITIONS, LATENESS);
        TrafficSender traffic =
                TrafficSender.start(cluster.addresses().bootstrap(), "web-events", maker, clock, plan.perSecond() / 4);
        SnapshotReader reader = SnapshotReader.start(database);
        try (traffic;
                reader;
                Observer observer = new Observer(admin, database, topicId, PARTITIONS)) {
            operator.start(JobKind.ENRICH);
            operator.start(JobKind.AGGREGATE);
            operator.start(JobKind.SESSION);
            if (!getToWork(operator, observer)) {
                return;
            }
            traffic.pace(plan.perSecond());
            phase(RunResult.START);

            Stage stage = new Stage(cluster, postgresLink, kafkaLink, database, operator);
            FaultScript script = new FaultScript(plan, stage, observer, clock);
            injected = script.play(RECOVERED_WITHIN, () -> traffic.pace(plan.perSecond() / 4));
            findings.addAll(script.findings());
            phase("faults");

            traffic.end();
            Map<Long, Sent> sent = traffic.sent();
            records = sent.size();
            drain(observer, sent);
            phase("drain");

            check(sent, traffic.acknowledged(), topicId, operator);
            findings.addAll(Checks.shortened(SnapshotReader.NAME, reader.end()));
            looks = reader.looks();
            phase("check");
        }
        operator.cancelAll();
        awaitClean(Leftovers::afterEnd, "after the end of the jobs: ");
        phase("end");
    }

    private JobOptions options() {
        return new JobOptions(
                new StartFrom.Earliest(),
                false,
                plan.parallelism(),
                null,
                IpPolicy.KEEP,
                plan.window(),
                Aggregate.DEFAULTS,
                TimeCharacteristic.EVENT,
                WATERMARK_DELAY,
                LATENESS,
                SESSIONS,
                PACE);
    }

    /**
     * Until the jobs have worked off what had come before they ran: faults are to meet a pipeline at work.
     *
     * @return false if they hang, which is a finding
     * @throws IllegalStateException if they did not get that far in time, for which the machine may be to blame
     */
    private boolean getToWork(Operator operator, Observer observer) throws Exception {
        long deadline = System.nanoTime() + JOBS_WITHIN.toNanos();
        StartWatch watch = new StartWatch(clock.millis());
        Map<Integer, Long> ends = observer.rawEnds();
        while (true) {
            boolean jobsRun = operator.running() >= JobKind.values().length;
            if (jobsRun && observer.hasCaughtUp(ends, 0)) {
                return true;
            }
            boolean answer = cluster.processes().stream().allMatch(process -> process.state() == ProcessState.RUNNING);
            Map<Integer, Long> positions = observer.positions();
            watch.look(clock.millis(), jobsRun && answer, positions);
            if (System.nanoTime() > deadline) {
                if (!watch.hangs(clock.millis())) {
                    throw new IllegalStateException("The jobs do not work: " + operator.alive());
                }
                findings.add(new Finding(
                        RunResult.START,
                        "all processes answer and all jobs run, but the ledger stays at " + positions + " of " + ends));
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
        }
    }

    private void drain(Observer observer, Map<Long, Sent> sent) throws InterruptedException {
        long window = plan.window().toMillis();
        long lastWindowEnd = sent.values().stream()
                .filter(record -> record.outcome() instanceof Outcome.Stored)
                .mapToLong(record -> ((Outcome.Stored) record.outcome()).eventMillis())
                .map(at -> Math.floorDiv(at, window) * window + window)
                .max()
                .orElse(0);
        long deadline = System.nanoTime() + DRAINED_WITHIN.toNanos();
        String left = "not seen yet";
        while (System.nanoTime() < deadline) {
            try {
                String now = observer.leftToDo(lastWindowEnd, SESSIONS.gapMillis());
                if (!now.equals(left)) {
                    LOG.info("Left to do: {}", now);
                }
                left = now;
                if (left.isEmpty()) {
                    return;
                }
            } catch (Observer.Away e) {
                left = "cannot be seen: " + e.getMessage();
            }
            TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
        }
        findings.add(new Finding("drain", "not done within " + DRAINED_WITHIN.toSeconds() + " s: " + left));
    }

    private void check(Map<Long, Sent> sent, Map<Long, Place> acknowledged, String topicId, Operator operator)
            throws Exception {
        awaitClean(Leftovers::whileIdle, "while the jobs are idle: ");
        if (operator.running() != JobKind.values().length || operator.alive().size() != JobKind.values().length) {
            findings.add(new Finding("recovery", "the jobs are not one of each kind, running: " + operator.alive()));
        }
        Evidence evidence;
        try (TopicsReader topics = new TopicsReader(cluster.addresses().bootstrap());
                Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            evidence = EvidenceCollector.collect(topics, connection, topicId);
        }
        findings.addAll(Checks.shortened(InputCheck.NAME, InputCheck.differences(sent, acknowledged, evidence.raw())));
        Expected expected = Expected.of(InputCheck.byPlace(sent, evidence.raw()), plan.window());
        findings.addAll(Checks.run(expected, evidence));
        findings.addAll(Checks.shortened(
                SessionsCheck.NAME,
                SessionsCheck.differences(evidence.views(), SESSIONS.gapMillis(), evidence.sessions())));
    }

    /** What is seen in passing is nothing left behind: it is looked again until nothing is there, for a while. */
    private void awaitClean(Look look, String when) throws InterruptedException {
        long deadline = System.nanoTime() + CLEAN_WITHIN.toNanos();
        List<String> left = List.of();
        while (true) {
            try (Connection connection = database.connect()) {
                left = look.at(connection);
            } catch (SQLException e) {
                left = List.of("the database does not answer: " + e.getMessage());
            }
            if (left.isEmpty() || System.nanoTime() > deadline) {
                break;
            }
            TimeUnit.NANOSECONDS.sleep(STEP.toNanos());
        }
        findings.addAll(Checks.shortened(
                Leftovers.NAME, left.stream().map(each -> when + each).toList()));
    }

    private void phase(String name) {
        long now = System.nanoTime();
        phases.put(name, TimeUnit.NANOSECONDS.toMillis(now - phaseStart));
        phaseStart = now;
    }

    /** Looks for what is left behind. */
    @FunctionalInterface
    private interface Look {
        List<String> at(Connection connection) throws SQLException;
    }
}
