package io.tidemark.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whose page views on a site make up a session. */
public enum SessionsBy {
    /** Those of a visitor, as {@code visitor_id} tells them apart. */
    VISITOR("visitor_id"),
    /** Those that came from an address, as far as it is stored. */
    IP("ip");

    private final String column;
    private final String code = name().toLowerCase(Locale.ROOT);

    SessionsBy(String column) {
        this.column = column;
    }

    /** The name in settings and in the table {@code session_settings}. */
    public String code() {
        return code;
    }

    /** The column of {@code processed_events} that tells it. */
    public String column() {
        return column;
    }

    /** The text that tells them apart; null if there is none, and so no session. */
    @Nullable
    String of(@Nullable String visitorId, @Nullable String ip) {
        String text = this == VISITOR ? visitorId : ip;
        if (text == null) {
            return null;
        }
        String kept = (this == VISITOR ? TextCap.NAME : TextCap.IP).apply(text);
        return kept.isEmpty() ? null : kept;
    }
}
