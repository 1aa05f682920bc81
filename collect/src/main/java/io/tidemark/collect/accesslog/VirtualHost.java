package io.tidemark.collect.accesslog;

/** The field {@code host[:port]}; an IPv6 literal stands in brackets, which are kept. */
final class VirtualHost {
    private VirtualHost() {}

    /** Whether the text up to {@code end} is a host with a port. */
    static boolean hasPort(String text, int end) {
        int colon = text.lastIndexOf(':', end - 1);
        if (colon < 1 || colon == end - 1) {
            return false;
        }
        for (int i = colon + 1; i < end; i++) {
            if (!Ascii.isDigit(text.charAt(i))) {
                return false;
            }
        }
        boolean bracketed = text.charAt(0) == '[' && text.charAt(colon - 1) == ']';
        return bracketed || text.lastIndexOf(':', colon - 1) < 0;
    }

    /** The host; an IPv6 literal without brackets is returned whole, since its port cannot be told from it. */
    static String withoutPort(String text) {
        return hasPort(text, text.length()) ? text.substring(0, text.lastIndexOf(':')) : text;
    }
}
