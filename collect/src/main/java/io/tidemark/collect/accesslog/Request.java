package io.tidemark.collect.accesslog;

/** The request line as logged. */
final class Request {
    private static final String TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";

    private Request() {}

    /**
     * The target of {@code METHOD target PROTOCOL}, which may hold spaces, since servers log what clients sent; of any
     * other request the whole text.
     */
    static String target(String request) {
        int first = request.indexOf(' ');
        int last = request.lastIndexOf(' ');
        boolean whole = last > first + 1 && isMethod(request, first) && isProtocol(request, last + 1);
        return whole ? request.substring(first + 1, last) : request;
    }

    private static boolean isMethod(String request, int end) {
        for (int i = 0; i < end; i++) {
            char c = request.charAt(i);
            if (!Ascii.isLetter(c) && !Ascii.isDigit(c) && TOKEN_PUNCTUATION.indexOf(c) < 0) {
                return false;
            }
        }
        return end > 0;
    }

    /** A name, a slash and a version, such as {@code HTTP/1.1}. */
    private static boolean isProtocol(String request, int from) {
        int slash = request.indexOf('/', from);
        if (slash <= from || slash + 1 == request.length()) {
            return false;
        }
        for (int i = from; i < request.length(); i++) {
            char c = request.charAt(i);
            boolean allowed = i < slash ? Ascii.isLetter(c) : i == slash || c == '.' || Ascii.isDigit(c);
            if (!allowed) {
                return false;
            }
        }
        return true;
    }
}
