package io.tidemark.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GcLogTest {
    @TempDir
    private Path folder;

    @Test
    void pausesAreSummedAndConcurrentWorkIsNot() throws Exception {
        Path file = Files.writeString(folder.resolve("gc.log"), """
                [0.010s][info][gc] Using G1
                [0.322s][info][gc] GC(0) Pause Young (Normal) (G1 Evacuation Pause) 23M->5M(376M) 3.511ms
                [0.822s][info][gc] GC(1) Concurrent Mark Cycle 16.123ms
                [0.901s][info][gc] GC(1) Pause Remark 40M->39M(376M) 2.250ms
                [0.911s][info][gc] GC(2) Pause Full (System.gc()) 40M->39M(376M) 10ms
                """);
        assertThat(new GcLog(file).pauseMillis()).isCloseTo(15.761, Offset.offset(1e-9));
    }

    @Test
    void withoutALogThereAreNone() throws Exception {
        assertThat(new GcLog(folder.resolve("absent.log")).pauseMillis()).isZero();
    }

    @Test
    void aVirtualMachineWritesItWhereItIsRead() throws Exception {
        GcLog log = new GcLog(folder.resolve("gc.log"));
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), log.option(), "-version")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        assertThat(java.waitFor()).isZero();
        assertThat(folder.resolve("gc.log")).exists();
    }
}
