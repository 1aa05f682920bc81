package io.tidemark.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Parser;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * One query as a user typed it.
 *
 * @param text without semicolons at its end, which became blanks: every character is where it was typed
 */
record QueryText(String text) {

    /**
     * @throws StoreException if there is no query, or more than one
     */
    static QueryText of(String sql) {
        char[] text = sql.toCharArray();
        int semicolon = -1;
        boolean empty = true;
        for (int at = 0; at < text.length; at++) {
            int end = endOfComment(text, at);
            if (end > at) {
                at = end;
            } else if (text[at] == ';') {
                semicolon = semicolon < 0 ? at : semicolon;
                text[at] = ' ';
            } else if (!Character.isWhitespace(text[at])) {
                if (semicolon >= 0 && !empty) {
                    throw new StoreException(
                            "One query at a time: more text follows the semicolon " + place(sql, semicolon), null);
                }
                empty = false;
                at = endOfQuotes(text, at);
            }
        }
        if (empty) {
            throw new StoreException(
                    "The query is empty; try: select * from processed_events_aggregated limit 10", null);
        }
        return new QueryText(new String(text));
    }

    private static int endOfComment(char[] text, int at) {
        return switch (text[at]) {
            case '-' -> Parser.parseLineComment(text, at);
            case '/' -> Parser.parseBlockComment(text, at);
            default -> at;
        };
    }

    private static int endOfQuotes(char[] text, int at) {
        return switch (text[at]) {
            case '\'' -> Parser.parseSingleQuotes(text, at, true);
            case '"' -> Parser.parseDoubleQuotes(text, at);
            case '$' -> Parser.parseDollarQuotes(text, at);
            default -> at;
        };
    }

    /**
     * Says why Postgres refuses the query, and where.
     *
     * @param before length of what was put before the text
     */
    StoreException refused(SQLException e, int before) {
        ServerErrorMessage server = e instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        if (server == null) {
            return new StoreException("Cannot run the query: " + e.getMessage(), e);
        }
        StringBuilder message = new StringBuilder("Postgres refuses the query: ").append(server.getMessage());
        int position = server.getPosition() - before;
        if (position > 0 && position <= text.codePointCount(0, text.length())) {
            message.append(' ').append(place(text, text.offsetByCodePoints(0, position - 1)));
        }
        append(message, "; ", server.getDetail());
        append(message, "; hint: ", server.getHint());
        return new StoreException(message.toString(), e);
    }

    private static void append(StringBuilder message, String before, @Nullable String text) {
        if (text != null) {
            message.append(before).append(text);
        }
    }

    private static String place(String text, int at) {
        int line = 1;
        int lineStart = 0;
        for (int i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) {
            line++;
            lineStart = i + 1;
        }
        return "at line " + line + ", column " + (text.codePointCount(lineStart, at) + 1);
    }
}
