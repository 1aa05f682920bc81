package io.tidemark.stream.session;

import io.tidemark.model.Aggregate;
import io.tidemark.model.PageView;

/**
 * A page view on its way to its visitor's state.
 *
 * @param key host and visitor, see {@link #keyOf}
 */
public record KeyedView(String key, PageView view) {
    static String keyOf(String host, String visitor) {
        return host + Aggregate.SEPARATOR + visitor;
    }

    static String host(String key) {
        return key.substring(0, key.indexOf(Aggregate.SEPARATOR));
    }

    static String visitor(String key) {
        return key.substring(key.indexOf(Aggregate.SEPARATOR) + 1);
    }
}
