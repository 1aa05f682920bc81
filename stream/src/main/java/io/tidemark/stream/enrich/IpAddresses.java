package io.tidemark.stream.enrich;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** IP addresses as text. Names are never looked up. */
final class IpAddresses {
    private static final int MAX_LENGTH = 45;

    private IpAddresses() {}

    /** The address, or null if the text is none; a zone ({@code %eth0}) makes it none. */
    static @Nullable InetAddress parse(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return null;
        }
        try {
            return text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static @Nullable InetAddress parseV4(String text) throws UnknownHostException {
        byte[] address = new byte[4];
        int at = 0;
        for (int i = 0; i < 4; i++) {
            int start = at;
            int value = 0;
            while (at < text.length() && at - start < 3 && isDigit(text.charAt(at))) {
                value = value * 10 + text.charAt(at++) - '0';
            }
            boolean separated = i == 3 ? at == text.length() : at < text.length() && text.charAt(at) == '.';
            if (at == start || value > 255 || !separated) {
                return null;
            }
            at++;
            address[i] = (byte) value;
        }
        return InetAddress.getByAddress(address);
    }

    /**
     * The JDK reads text with a colon as an address only, never as a name, if its first character is an ASCII hex digit or
     * a colon.
     */
    private static @Nullable InetAddress parseV6(String text) throws UnknownHostException {
        if (text.charAt(0) == '.') {
            return null;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!HexFormat.isHexDigit(c) && c != ':' && c != '.') {
                return null;
            }
        }
        return InetAddress.getByName(text);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
