package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.Stack;
import io.tidemark.model.Topics;
import io.tidemark.store.Forgetting;
import io.tidemark.store.Migrations;
import io.tidemark.store.Person;
import io.tidemark.store.StoreConfig;
import io.tidemark.stream.TopicRetention;
import io.tidemark.stream.enrich.IpPolicy;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tidemark forget}. */
@Command(
        name = "forget",
        description = {
            "Erase a person from what is kept of single page views, and say what is not erased, and why that is safe.",
            "Counts stay: they hold nobody. 'tidemark audit' knows of what is gone."
        },
        footer = {
            "",
            "Example: tidemark forget --visitor 0123456789abcdef --dry-run",
            "A visitor_id is of one site and one day; without the salt of the day, which is deleted after two, nobody can"
                    + " tell which ids a person had."
        })
final class ForgetCommand implements Callable<Integer> {
    private static final Pattern VISITOR = Pattern.compile("[0-9a-f]{16}");

    private static final Map<String, String> WHAT = Map.of(
            Topics.RAW, "raw events as they came, with the whole address",
            Topics.ENRICHED, "events with what is stored of the address, and the visitor_id",
            Topics.REJECTED, "rejected records as they came");

    private static final Map<String, String> REMEDY = Map.of(
            Topics.RAW, "set retention.ms of the topic, such as to 172800000 (two days)",
            Topics.ENRICHED,
                    "set retention.bytes of the topic, or delete its records up to an offset (kafka-delete-records)",
            Topics.REJECTED, "set retention.ms of the topic");

    @Mixin
    private final ResultsOptions results = new ResultsOptions();

    @Mixin
    private final KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--visitor", paramLabel = "ID", description = "visitor_id of the person.")
    private @Nullable String visitor;

    @Option(
            names = "--ip",
            paramLabel = "ADDRESS",
            description =
                    "Whole address of the person. Where it is stored truncated, which is the default, everybody of its"
                            + " network (256 addresses, or a /48) is erased.")
    private @Nullable String address;

    @Option(names = "--host", paramLabel = "HOST", description = "Only on this site; by default on all.")
    private @Nullable String host;

    @Option(
            names = "--dry-run",
            showDefaultValue = Visibility.NEVER,
            description = "Show what would be erased, and change nothing.")
    private boolean dryRun;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        Person person = person();
        PrintWriter out = requireNonNull(spec).commandLine().getOut();
        results.use(store -> {
            if (!dryRun) {
                Migrations.apply(store);
            }
            print(out, erase(store, person));
        });
        printTheRest(out);
        return Main.DONE;
    }

    private Forgetting.Traces erase(StoreConfig store, Person person) {
        try (Forgetting forgetting = new Forgetting(store)) {
            return dryRun ? forgetting.find(person) : forgetting.forget(person);
        }
    }

    private Person person() {
        if ((visitor == null) == (address == null)) {
            throw wrong("Name either a --visitor or an --ip");
        }
        if (visitor != null) {
            if (!VISITOR.matcher(visitor).matches()) {
                throw wrong("--visitor must be a visitor_id of 16 hexadecimal digits, such as 0123456789abcdef; was \""
                        + visitor + "\"");
            }
            return Person.visitor(visitor, host);
        }
        String whole = requireNonNull(address).strip();
        String truncated = IpPolicy.TRUNCATE.apply(whole);
        if (truncated == null) {
            throw wrong(
                    "--ip must be an IPv4 or IPv6 address, such as 192.0.2.7 or 2001:db8::7; was \"" + address + "\"");
        }
        return Person.address(Stream.of(whole, truncated).distinct().toList(), host);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(requireNonNull(spec).commandLine(), message);
    }

    private void print(PrintWriter out, Forgetting.Traces traces) {
        String what = dryRun ? "Would be erased" : "Erased";
        out.printf(
                "%s: %s of %s, %s, %s%n",
                what,
                count(traces.events(), "event"),
                count(traces.visitors(), "visitor"),
                count(traces.sessions(), "session"),
                count(traces.messages(), "message") + " of rejected records");
        if (address != null) {
            String stored = requireNonNull(IpPolicy.TRUNCATE.apply(address.strip()));
            out.printf(
                    "  stored as %s, an address stands for %s: all of them %s erased%n",
                    stored,
                    stored.indexOf(':') < 0 ? "up to 256 clients" : "everybody in a /48",
                    dryRun ? "would be" : "are");
        }
        if (dryRun) {
            out.println("Nothing was changed.");
        } else if (traces.events() > 0) {
            out.println("  page views of theirs that are still to come are stored again, as anybody's");
        }
    }

    private void printTheRest(PrintWriter out) {
        out.println("""
                Not erased:
                  counts by window, and their rollups: numbers of page views; nothing in them tells of whom
                  sketches of visitors: keep of an id a few bits of its hash, and no id can be read out of them; an id tells nothing
                    of an address once its day's salt is gone, after two days
                  URLs and referrers in counts by page and referrer, if they hold names: keep those out of your URLs
                  backups and write-ahead logs of Postgres: for as long as you keep them""");
        topics().ifPresentOrElse(
                        topics -> topics.forEach((topic, kept) -> out.printf("  %s%n", told(topic, kept))),
                        () -> out.println(
                                "  Kafka's topics, which nothing was found out about: name it (--kafka), or see docs/privacy.md"));
        out.flush();
    }

    /** Empty if there is no Kafka to be asked. */
    private Optional<SortedMap<String, Optional<Duration>>> topics() {
        return kafka.chosenOr(Stack.running(results.data.path)).map(TopicRetention::of);
    }

    private static String told(String topic, Optional<Duration> kept) {
        String what = WHAT.getOrDefault(topic, "records");
        return kept.map(duration -> "%s: %s, for %s (retention.ms)".formatted(topic, what, Durations.show(duration)))
                .orElse("%s: %s, for ever; %s".formatted(topic, what, Objects.requireNonNull(REMEDY.get(topic))));
    }

    private static String count(long number, String one) {
        return "%,d %s%s".formatted(number, one, number == 1 ? "" : "s");
    }
}
