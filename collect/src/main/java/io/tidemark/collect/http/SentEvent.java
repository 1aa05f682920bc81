package io.tidemark.collect.http;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An event as a body has it: JSON of which only the outermost fields have been looked at.
 *
 * @param json the object's own bytes, as they came
 * @param fields names of those that are there and not null
 * @param id null if it has none
 * @param host null if it has none, or one that is no text
 * @param url likewise
 */
@SuppressWarnings("ArrayRecordComponent")
record SentEvent(
        byte[] json,
        Set<String> fields,
        @Nullable String id,
        @Nullable String host,
        @Nullable String url) {
    SentEvent {
        requireNonNull(json, "json is null");
        fields = Set.copyOf(fields);
    }
}
