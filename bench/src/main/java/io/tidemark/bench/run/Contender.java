package io.tidemark.bench.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A program that does the work, in a process of its own. It ends by itself, with exit code 0, once it is done.
 *
 * @param name short, for tables
 * @param what one sentence on how it is set up
 * @param kind whether it is Tidemark, a peer or a limit
 * @param guarantee what is delivered if something fails on the way
 * @param result where its results are to be found
 * @param classPath as Java takes it
 * @param options of its virtual machine
 * @param words main class and arguments
 */
public record Contender(
        String name,
        String what,
        Kind kind,
        String guarantee,
        Result result,
        String classPath,
        List<String> options,
        Function<Place, List<String>> words) {
    public Contender {
        options = List.copyOf(options);
    }

    /** What a contender stands for. */
    public enum Kind {
        TIDEMARK,
        /** Tidemark, doing more than the work that is compared. */
        MORE,
        /** What else its users would take. */
        PEER,
        /** What no engine can beat on this machine. */
        LIMIT
    }

    /** Where results are. */
    public enum Result {
        /** In both aggregate tables. */
        WINDOW_TABLES,
        /** In {@code processed_events} and the second topic. */
        EVENTS_AND_TOPIC,
        /** In {@code bench_events}, as they were read. */
        RAW_EVENTS,
        /** In {@code processed_events}, the second topic and both aggregate tables. */
        EVENTS_TOPIC_AND_WINDOWS,
        /** In {@code bench_events_by_position}, as they were read, with partition and offset as the primary key. */
        RAW_EVENTS_BY_POSITION,
        /** In {@code bench_events}, as they were read, and in both aggregate tables. */
        RAW_EVENTS_AND_WINDOWS,
        /** In compacted topics, see {@link ResultTopics}. */
        WINDOW_TOPICS,
        /** Printed as the number of events that were read. */
        PRINTED_COUNT
    }

    /**
     * The command line of the process.
     *
     * @param measuring further options of the virtual machine
     */
    List<String> command(Place place, List<String> measuring) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(measuring);
        command.add("-cp");
        command.add(classPath);
        command.addAll(words.apply(place));
        return command;
    }
}
