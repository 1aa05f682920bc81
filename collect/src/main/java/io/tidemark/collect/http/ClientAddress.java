package io.tidemark.collect.http;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells from which address a request comes. What {@code X-Forwarded-For} says is believed only as far as the proxies that one
 * trusts have written it: read from the right, the first address that is none of theirs. What stands to its left
 * anybody may have written.
 */
final class ClientAddress {
    private final List<Network> trustedProxies;

    ClientAddress(List<Network> trustedProxies) {
        this.trustedProxies = List.copyOf(trustedProxies);
    }

    /**
     * The client's address as text.
     *
     * @param peer address of the connection's other end
     * @param forwardedFor values of all {@code X-Forwarded-For} headers, in their order
     */
    String of(String peer, List<String> forwardedFor) {
        String client = peer;
        List<String> hops = new ArrayList<>();
        forwardedFor.forEach(each -> hops.addAll(List.of(each.split(",", -1))));
        for (int i = hops.size() - 1; i >= 0 && isTrusted(client); i--) {
            InetAddress hop = Network.addressOrNull(withoutPort(hops.get(i).strip()));
            if (hop == null) {
                // A trusted proxy would have written an address: better its own than a text of anybody's.
                break;
            }
            client = hop.getHostAddress();
        }
        return client;
    }

    private boolean isTrusted(String text) {
        @Nullable InetAddress address = Network.addressOrNull(text);
        return address != null && trustedProxies.stream().anyMatch(each -> each.contains(address));
    }

    /** Some proxies write the port, too: {@code 192.0.2.1:4711}, {@code [2001:db8::1]:4711}. */
    private static String withoutPort(String hop) {
        int bracket = hop.indexOf(']');
        if (bracket > 0) {
            return hop.substring(0, bracket + 1);
        }
        int colon = hop.indexOf(':');
        return colon >= 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
    }
}
