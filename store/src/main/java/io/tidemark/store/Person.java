package io.tidemark.store;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * By what a person is told.
 *
 * @param visitor their {@code visitor_id}; null if they are told by address
 * @param addresses their address, in every form in which it may be stored; none if they are told by visitor
 * @param host the site; null for all
 */
public record Person(
        @Nullable String visitor,
        List<String> addresses,
        @Nullable String host) {
    public Person {
        addresses = List.copyOf(addresses);
        if ((visitor == null) == addresses.isEmpty()) {
            throw new IllegalArgumentException("A person is told either by visitor or by address");
        }
    }

    public static Person visitor(String id, @Nullable String host) {
        return new Person(requireNonNull(id, "id is null"), List.of(), host);
    }

    public static Person address(List<String> forms, @Nullable String host) {
        return new Person(null, forms, host);
    }

    /** What of them is looked for in texts. */
    List<String> texts() {
        return visitor == null ? addresses : List.of(visitor);
    }
}
