package io.tidemark.model;

/** Text from outside, as it may be shown on a terminal. */
public final class TextLine {
    private TextLine() {}

    /** On one line, without control characters, which could steer the terminal, and no longer than that. */
    public static String cut(String text, int width) {
        String line = text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", " ");
        if (line.length() <= width) {
            return line;
        }
        int end = Character.isHighSurrogate(line.charAt(width - 2)) ? width - 2 : width - 1;
        return line.substring(0, end) + "…";
    }
}
