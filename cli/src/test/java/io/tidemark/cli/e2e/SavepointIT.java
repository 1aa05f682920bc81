package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.InProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs are stopped, resumed, rescaled and rolled back by command. The cases share a stack, each with days of its own. */
class SavepointIT {
    private static final Instant FIRST_DAY = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant SECOND_DAY = Instant.parse("2026-04-01T12:00:00Z");
    private static final Pattern SAVEPOINT = Pattern.compile(" savepoint +(/.+)");

    @TempDir
    static Path folder;

    private static Path data = Path.of("");
    private static Pipeline pipeline;

    @BeforeAll
    static void start() {
        // What a URI escapes, Flink does not: its checkpoints have to be found again all the same.
        data = folder.resolve("my data 100%25");
        pipeline = Pipeline.start(data);
    }

    @AfterAll
    static void stop() {
        pipeline.close();
    }

    @Test
    void aStoppedJobGoesOnWithItsOptionsRescaledOrRolledBackAndCountsEachEventOnce() throws Exception {
        done("job", "enrich", "--parallelism", "1");
        done("job", "aggregate", "--window", "10s", "--parallelism", "1");
        pipeline.sendEvents(100, FIRST_DAY);
        pipeline.awaitStored(100);
        String older = savepoint(done("job", "savepoint", "enrich"));
        pipeline.sendEvents(100, FIRST_DAY.plusSeconds(100));
        pipeline.awaitStored(200);

        String newer = savepoint(done("job", "stop", "enrich"));
        assertThat(done("job", "status")).contains("tidemark-enrich  finished", "goes on from " + newer);
        assertThat(failed("job", "stop", "enrich")).contains("tidemark-enrich does not run on Flink at");
        savepoint(done("job", "stop", "aggregate"));
        pipeline.sendEvents(100, FIRST_DAY.plusSeconds(200));

        assertThat(done("job", "enrich", "--parallelism", "4"))
                .contains("goes on from " + newer + " with parallelism 4; --fresh starts anew");
        assertThat(failed("job", "aggregate", "--window", "1h"))
                .contains("tidemark-aggregate has windows of 10s by event time, and cannot go on with others");
        assertThat(done("job", "aggregate")).contains(" with parallelism 1;");
        pipeline.awaitStored(300);

        // Back to where a third of the events was read: the others are read again, and are not stored again.
        savepoint(done("job", "stop", "enrich"));
        assertThat(done("job", "enrich", "--savepoint", older, "--parallelism", "2"))
                .contains("goes on from " + older + " with parallelism 2");
        Pipeline.await("the others to be skipped", () -> done("job", "status").matches("(?s).* skipped +200\\R.*"));
        pipeline.sendEvents(100, FIRST_DAY.plusSeconds(300));
        pipeline.awaitStored(400);
        pipeline.moveTimeTo(SECOND_DAY);
        pipeline.awaitCounted();
        assertThat(pipeline.csv("""
                        select count(*), count(distinct (source_partition, source_offset)),
                            (select sum(num_hits) from processed_events_aggregated where host = 'example.test'),
                            (select max(num_hits) from processed_events_aggregated where host = 'example.test')
                        from processed_events where host = 'example.test'""")).element(1).isEqualTo("400,400,400,10");

        savepoint(done("job", "stop", "enrich"));
        assertThat(done("job", "enrich", "--fresh", "--from", "earliest"))
                .contains("from    web-events, partition 0 at 0, ")
                .doesNotContain("goes on");
        String elsewhere = folder.resolve("my savepoints").toString();
        assertThat(done("job", "stop", "enrich", "--savepoints", elsewhere)).contains(" savepoint  " + elsewhere + "/");
        assertThat(done("job", "enrich")).contains("goes on from " + elsewhere + "/");
        done("job", "stop", "enrich");
        String ofAggregate = savepoint(done("job", "stop", "aggregate"));
        assertThat(failed("job", "enrich", "--savepoint", ofAggregate))
                .contains("tidemark-enrich cannot go on from " + ofAggregate
                        + ": it holds state that this job does not have")
                .contains("--fresh --from committed goes on where");
        assertThat(folder).isDirectoryNotContaining("glob:**%2525*");
    }

    @Test
    void whatCannotBeGoneOnFromIsSaidBeforeAnythingIsSubmitted() {
        assertThat(failed("job", "enrich", "--savepoint", "/no/such/savepoint"))
                .endsWith("tidemark: --savepoint /no/such/savepoint: there is no savepoint or checkpoint");
        InProcess both = tidemark("job", "enrich", "--savepoint", "x", "--fresh");
        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.err()).startsWith("tidemark: --savepoint says where to go on; leave out --fresh");
    }

    private static String savepoint(String said) {
        Matcher line = SAVEPOINT.matcher(said);
        assertThat(line.find()).as(said).isTrue();
        Path savepoint = Path.of(line.group(1));
        assertThat(savepoint.getParent()).isEqualTo(data.resolve("flink/savepoints"));
        assertThat(savepoint.resolve("_metadata")).exists();
        return savepoint.toString();
    }

    private static String done(String... words) {
        InProcess run = tidemark(words);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    private static String failed(String... words) {
        InProcess run = tidemark(words);
        assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
        return run.err().strip();
    }

    private static InProcess tidemark(String... words) {
        String[] all = new String[words.length + 2];
        System.arraycopy(words, 0, all, 0, words.length);
        all[words.length] = "--data";
        all[words.length + 1] = data.toString();
        return InProcess.tidemark(all);
    }
}
