package io.tidemark.model;

/** Text that has a UTF-8 form: without lone surrogates. */
final class WellFormed {
    private WellFormed() {}

    /** The text with each lone surrogate replaced by U+FFFD; the same instance if there was none. */
    static String of(String text) {
        StringBuilder changed = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            if (changed == null) {
                changed = new StringBuilder(text);
            }
            changed.setCharAt(i, '\uFFFD');
        }
        return changed == null ? text : changed.toString();
    }
}
