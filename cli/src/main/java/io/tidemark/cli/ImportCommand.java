package io.tidemark.cli;

import io.tidemark.cli.embedded.Layout;
import io.tidemark.cli.embedded.Stack;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.collect.importing.ImportProgress;
import io.tidemark.collect.importing.LogSource;
import io.tidemark.model.Topics;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.RequiredTopics;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidemark import}. */
@Command(name = "import", description = "Send access logs (plain or gzip) or JSON lines to Kafka as web events.")
final class ImportCommand implements Callable<Integer> {
    @Mixin
    private final DataFolder data = new DataFolder();

    @Mixin
    private final LogOptions logs = new LogOptions();

    @Mixin
    private final KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private final TopicOptions topics = new TopicOptions();

    @Option(names = "--topic", paramLabel = "NAME", defaultValue = Topics.RAW, description = "Topic to send to.")
    private String topic = Topics.RAW;

    @Option(
            names = "--follow",
            showDefaultValue = Visibility.NEVER,
            description = "Go on reading as the files grow, until Ctrl-C.")
    private boolean follow;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<LogSource> sources = logs.sources();
        KafkaSettings target = target();
        RequiredTopics existing = new RequiredTopics(target);
        // Whoever may only send to the topic need not be allowed to look at the others.
        if (!existing.has(topic)) {
            if (!topic.equals(Topics.RAW)) {
                throw new StackException(
                        "%s has no topic %s; make it, or name another (--topic)".formatted(target, topic));
            }
            topics.create(target, Objects.requireNonNull(spec).commandLine().getErr());
        }
        ImportRun run = new ImportRun(target, logs.config(topic, follow), sources, logs.rejects());
        long started = System.nanoTime();
        ImportProgress done = run.run(Objects.requireNonNull(spec).commandLine().getErr());
        double seconds = (System.nanoTime() - started) / 1e9;
        spec.commandLine()
                .getOut()
                .printf(
                        "Sent %,d of %,d lines to %s in %.1f s%s; %,d could not be parsed%n",
                        done.sent(),
                        done.lines(),
                        topic,
                        seconds,
                        Rate.show(done.lines(), seconds, " lines/s"),
                        done.unparseable());
        spec.commandLine().getOut().flush();
        run.finished();
        if (!follow) {
            ImportRun.requireUsable(done);
        }
        return Main.DONE;
    }

    private KafkaSettings target() {
        return kafka.chosenOr(Stack.running(data.path))
                .orElseThrow(() ->
                        new StackException("Nothing runs on %s; start it with 'tidemark up', or name a Kafka (--kafka)"
                                .formatted(new Layout(data.path).data())));
    }
}
