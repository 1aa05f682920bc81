package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What processes have used, from Linux' {@code /proc}; see proc(5). Elsewhere all figures are 0. The clock ticks 100 times
 * a second on every Linux that Java 17 runs on.
 */
public final class ProcessMeter {
    private static final Path PROC = Path.of("/proc");
    private static final long MILLIS_PER_TICK = 10;

    /** Fields of {@code /proc/PID/stat}, counted from the one after the command's closing parenthesis. */
    private static final int PARENT = 1;

    private static final int USER_TICKS = 11;
    private static final int CHILDREN_SYSTEM_TICKS = 14;

    private ProcessMeter() {}

    /** CPU time of the process and of its children, living or ended, in milliseconds. */
    public static long cpuMillis(long pid) {
        Map<Long, Long> parents = new HashMap<>();
        Map<Long, Long> ticks = new HashMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                String[] fields = stat(process);
                if (fields.length > CHILDREN_SYSTEM_TICKS) {
                    long each = Long.parseLong(process.getFileName().toString());
                    parents.put(each, Long.parseLong(fields[PARENT]));
                    long sum = 0;
                    for (int i = USER_TICKS; i <= CHILDREN_SYSTEM_TICKS; i++) {
                        sum += Long.parseLong(fields[i]);
                    }
                    ticks.put(each, sum);
                }
            }
        } catch (IOException e) {
            return 0;
        }
        long sum = 0;
        for (Map.Entry<Long, Long> each : ticks.entrySet()) {
            if (each.getKey() == pid || parents.getOrDefault(each.getKey(), 0L) == pid) {
                sum += each.getValue();
            }
        }
        return sum * MILLIS_PER_TICK;
    }

    /** The most memory that the process has had resident, in bytes. */
    public static long maxResidentBytes(long pid) {
        try {
            for (String line : Files.readAllLines(PROC.resolve(pid + "/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
                }
            }
        } catch (IOException gone) {
            return 0;
        }
        return 0;
    }

    private static String[] stat(Path process) {
        try {
            String line = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
            return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        } catch (IOException gone) {
            return new String[0];
        }
    }
}
