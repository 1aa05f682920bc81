package io.tidemark.cli.embedded;

import io.tidemark.collect.http.Collector;
import io.tidemark.collect.http.CollectorConfig;
import io.tidemark.collect.intake.Intake;
import io.tidemark.collect.intake.IntakeConfig;
import io.tidemark.model.Topics;
import java.io.BufferedReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A collector in a process of its own, which a test can kill. */
final class CollectorProcess {
    private CollectorProcess() {}

    /** Starts one on a port, says so, and stays: Kafka's address, folder of the spool, port. */
    public static void main(String[] args) throws Exception {
        Intake intake =
                Intake.start(IntakeConfig.of(Topics.RAW, Path.of(args[1])), Map.of("bootstrap.servers", args[0]));
        Collector collector = Collector.start(CollectorConfig.onLoopback(Integer.parseInt(args[2])), intake);
        System.out.println("at " + collector.address());
        new CountDownLatch(1).await();
    }

    /** A running one, and where it is. */
    record Started(Process process, URI address) {}

    /** Returns once it listens. */
    static Started start(String bootstrap, Path spool, int port) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        CollectorProcess.class.getName(),
                        bootstrap,
                        spool.toString(),
                        Integer.toString(port))
                .redirectErrorStream(true)
                .start();
        StringBuilder said = new StringBuilder();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("at ")) {
                Thread drain = new Thread(() -> output.lines().forEach(each -> {}), "collector-output");
                drain.setDaemon(true);
                drain.start();
                return new Started(process, URI.create(line.substring(3)));
            }
            said.append(line).append('\n');
        }
        throw new IllegalStateException("The collector did not start: " + said);
    }
}
