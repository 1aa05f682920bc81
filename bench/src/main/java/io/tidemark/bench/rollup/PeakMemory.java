package io.tidemark.bench.rollup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The most memory that a child process was seen to have in use, looked at four times a second; 0 elsewhere than on Linux. */
final class PeakMemory implements AutoCloseable {
    private final String program;
    private final AtomicLong peak = new AtomicLong();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** @param program what stands in the command line of the processes that are meant */
    PeakMemory(String program) {
        this.program = program;
        Thread thread = new Thread(this::watch, "peak-memory");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            while (!ended.await(250, TimeUnit.MILLISECONDS)) {
                ProcessHandle.current()
                        .children()
                        .filter(each -> each.info().commandLine().orElse("").contains(program))
                        .forEach(each -> peak.accumulateAndGet(resident(each.pid()), Math::max));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long resident(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException gone) {
            return 0;
        }
        return 0;
    }

    long peakBytes() {
        return peak.get();
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
