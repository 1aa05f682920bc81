package io.tidemark.stream.enrich;

import io.tidemark.store.VisitorSalt;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.LongFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Tells the visitors of a site and day apart without telling who they are: HMAC-SHA-256 (RFC 2104) of address, user agent
 * and host by the day's salt, its first 64 bits as hexadecimal digits. Of a million visitors of a site and day, two have the
 * same one with a probability of 3 in 100 million. For one thread.
 */
public final class VisitorIds {
    private static final String ALGORITHM = "HmacSHA256";
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    private final LongFunction<VisitorSalt> salts;
    private final HexFormat hex = HexFormat.of();
    private final Mac mac;
    private @Nullable VisitorSalt keyedBy;

    /** @param salts by the day, in days since 1970-01-01, UTC */
    public VisitorIds(LongFunction<VisitorSalt> salts) {
        this.salts = salts;
        try {
            this.mac = Mac.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
        }
    }

    /** With a salt that never changes, for those who measure. */
    public static VisitorIds withFixedSalt() {
        VisitorSalt salt = new VisitorSalt(new byte[VisitorSalt.LENGTH], Long.MAX_VALUE);
        return new VisitorIds(day -> salt);
    }

    /**
     * The visitor of a page view.
     *
     * @param ip as received, or null
     * @param host without NUL characters
     * @return 16 hexadecimal digits; null without an address, since all who come without one would be taken for one visitor
     */
    @Nullable
    String of(@Nullable String ip, @Nullable String userAgent, String host, long eventTimeMillis) {
        if (ip == null || ip.isBlank()) {
            return null;
        }
        key(salts.apply(Math.floorDiv(eventTimeMillis, DAY_MILLIS)));
        // An address counts by its bits, however it is written. The host's end can't be taken for a part of it.
        InetAddress address = IpAddresses.parse(ip);
        byte[] client = address == null ? ip.getBytes(StandardCharsets.UTF_8) : address.getAddress();
        mac.update((byte) (address == null ? 0 : client.length));
        mac.update(client);
        mac.update((byte) 0);
        mac.update(host.getBytes(StandardCharsets.UTF_8));
        mac.update((byte) 0);
        if (userAgent != null) {
            mac.update(userAgent.getBytes(StandardCharsets.UTF_8));
        }
        return hex.toHexDigits(ByteBuffer.wrap(mac.doFinal()).getLong());
    }

    private void key(VisitorSalt salt) {
        if (salt == keyedBy) {
            return;
        }
        try {
            mac.init(new SecretKeySpec(salt.bytes(), ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " takes keys of any length", e);
        }
        keyedBy = salt;
    }
}
