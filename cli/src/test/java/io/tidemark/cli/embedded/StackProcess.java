package io.tidemark.cli.embedded;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A stack in a process of its own, which a test can kill. */
public final class StackProcess {
    private StackProcess() {}

    /** Starts a stack on the folder, says that it is up, and stays. */
    public static void main(String[] args) throws InterruptedException {
        Stack.start(StackConfig.at(Path.of(args[0])));
        System.out.println("up");
        new CountDownLatch(1).await();
    }

    /** Returns once the stack is up. */
    public static Process start(Path data) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StackProcess.class.getName(),
                        data.toString())
                .redirectErrorStream(true)
                .start();
        StringBuilder said = new StringBuilder();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); !"up".equals(line); line = output.readLine()) {
            if (line == null) {
                throw new IllegalStateException("The stack did not start: " + said);
            }
            said.append(line).append('\n');
        }
        return process;
    }
}
