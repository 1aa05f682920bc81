package io.tidemark.collect.importing;

import static java.util.Objects.requireNonNull;

import io.tidemark.collect.accesslog.LogFormat;
import org.jspecify.annotations.Nullable;

/**
 * How logs are imported.
 *
 * @param topic where events go
 * @param format how lines are written
 * @param host the site of lines that name none; null if every line must name its own. Lines of JSON name their own
 * @param follow whether to keep reading files as they grow, until stopped
 */
public record ImportConfig(
        String topic, LogFormat format, @Nullable String host, boolean follow) {
    public ImportConfig {
        requireNonNull(topic, "topic is null");
        requireNonNull(format, "format is null");
        if (host != null && host.isBlank()) {
            throw new IllegalArgumentException("host must be a name such as example.org; was \"" + host + "\"");
        }
    }
}
