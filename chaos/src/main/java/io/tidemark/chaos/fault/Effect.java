package io.tidemark.chaos.fault;

import static java.util.Objects.requireNonNull;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a fault came to.
 *
 * @param any whether it did anything
 * @param what it did, such as {@code killed 4711}, or why it did nothing; for people, may be empty
 */
public record Effect(boolean any, String what) {
    /** Nothing, or nothing more. */
    public static final Effect NONE = new Effect(false, "");

    public Effect {
        requireNonNull(what, "what is null");
    }

    static Effect of(String what) {
        return new Effect(true, what);
    }

    static Effect none(String why) {
        return new Effect(false, why);
    }

    /** Of so many, which may be none. */
    static Effect of(long count, String what) {
        return new Effect(count > 0, count + " " + what);
    }

    /** Of both together. */
    public Effect and(Effect later) {
        return new Effect(
                any || later.any,
                Stream.of(what, later.what).filter(each -> !each.isEmpty()).collect(Collectors.joining("; ")));
    }
}
