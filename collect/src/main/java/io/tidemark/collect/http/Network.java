package io.tidemark.collect.http;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that begin with the same bits, such as {@code 10.0.0.0/8}; a single address is one, too.
 *
 * @param bits how many bits are the same
 */
public record Network(InetAddress address, int bits) {
    /** Nothing that the resolver would look up. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    public Network {
        requireNonNull(address, "address is null");
        if (bits < 0 || bits > 8 * address.getAddress().length) {
            throw new IllegalArgumentException(
                    "%s has no network of %d bits".formatted(address.getHostAddress(), bits));
        }
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Network parse(String text) {
        String[] parts = text.strip().split("/", 2);
        InetAddress address = addressOrNull(parts[0]);
        if (address == null || (parts.length == 2 && !parts[1].matches("[0-9]{1,3}"))) {
            throw new IllegalArgumentException(
                    "\"%s\" is no address and no network, e.g. 10.0.0.0/8 or 2001:db8::1".formatted(text));
        }
        return new Network(address, parts.length == 1 ? 8 * address.getAddress().length : Integer.parseInt(parts[1]));
    }

    /** The address that a text is, null if it is none. Names are not looked up. */
    static @Nullable InetAddress addressOrNull(String text) {
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!LITERAL.matcher(bare).matches() || (bare.indexOf(':') < 0 && bare.split("\\.", -1).length != 4)) {
            return null;
        }
        try {
            return InetAddress.getByName(bare);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    boolean contains(InetAddress other) {
        byte[] own = address.getAddress();
        byte[] others = other.getAddress();
        if (own.length != others.length) {
            return false;
        }
        int whole = bits / 8;
        if (!Arrays.equals(own, 0, whole, others, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || ((own[whole] ^ others[whole]) & 0xff) >>> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + bits;
    }
}
