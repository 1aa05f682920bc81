package io.tidemark.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A page view with whose it is.
 *
 * @param host the site
 * @param visitor what tells the visitor apart, see {@link SessionsBy}; null if nothing does
 */
public record VisitorView(String host, @Nullable String visitor, PageView view) {
    public VisitorView {
        requireNonNull(host, "host is null");
        requireNonNull(view, "view is null");
    }
}
