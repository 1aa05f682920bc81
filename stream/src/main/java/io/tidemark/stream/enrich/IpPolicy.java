package io.tidemark.stream.enrich;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** What is stored of a client's address, once place and visitor are told from it. */
public enum IpPolicy {
    /** The first 24 bits of an IPv4 address, 48 of an IPv6 one, the others zero; nothing of what is no address. */
    TRUNCATE,
    /** As it was received. */
    KEEP,
    /** Nothing. */
    DROP;

    private static final int KEPT_GROUPS = 3;

    /** What is stored; null for nothing. */
    public @Nullable String apply(@Nullable String ip) {
        return switch (this) {
            case TRUNCATE -> ip == null ? null : truncated(IpAddresses.parse(ip));
            case KEEP -> ip;
            case DROP -> null;
        };
    }

    private static @Nullable String truncated(@Nullable InetAddress address) {
        if (address == null) {
            return null;
        }
        byte[] bits = address.getAddress();
        StringBuilder text = new StringBuilder();
        if (bits.length == 4) {
            for (int i = 0; i < 3; i++) {
                text.append(bits[i] & 0xff).append('.');
            }
            return text.append('0').toString();
        }
        int groups = KEPT_GROUPS;
        while (groups > 0 && group(bits, groups - 1) == 0) {
            groups--;
        }
        // In the canonical form of RFC 5952: the zeros at the end are the longest run of them.
        for (int i = 0; i < groups; i++) {
            text.append(i == 0 ? "" : ":").append(Integer.toHexString(group(bits, i)));
        }
        return text.append("::").toString();
    }

    private static int group(byte[] bits, int index) {
        return (bits[2 * index] & 0xff) << 8 | (bits[2 * index + 1] & 0xff);
    }
}
