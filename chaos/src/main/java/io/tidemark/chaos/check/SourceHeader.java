package io.tidemark.chaos.check;

import io.tidemark.chaos.check.Evidence.Source;
import io.tidemark.chaos.traffic.Place;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The header that says where a record came from, read by a reader of our own: {@code topic-uuid/partition/offset}. */
final class SourceHeader {
    private static final String NAME = "tidemark-source";
    private static final Pattern FORM = Pattern.compile("([0-9a-f-]{36})/(\\d+)/(\\d+)");

    private SourceHeader() {}

    /** Null if there is no such header, or it has another form. */
    static @Nullable Source of(Headers headers) {
        Header header = headers.lastHeader(NAME);
        if (header == null || header.value() == null) {
            return null;
        }
        Matcher form = FORM.matcher(new String(header.value(), StandardCharsets.US_ASCII));
        return form.matches()
                ? new Source(form.group(1), new Place(Integer.parseInt(form.group(2)), Long.parseLong(form.group(3))))
                : null;
    }
}
