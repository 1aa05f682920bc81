package io.tidemark.stream.enrich;

import com.maxmind.db.CHMCache;
import com.maxmind.db.Reader;
import io.tidemark.model.EnrichedEvent.Geo;
import io.tidemark.model.TextCap;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where an address is registered, in a local MMDB file. Understood: the nested layout of MaxMind's GeoLite2 and
 * GeoIP2 databases and of DB-IP's, and the flat one of IPinfo's. For one thread.
 */
public final class GeoLookup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GeoLookup.class);
    private static final int CACHED = 20_000;

    private final @Nullable Reader reader;
    private final Map<String, Geo> cache = new LruCache<>(CACHED);
    private boolean brokenRecordLogged;

    private GeoLookup(@Nullable Reader reader) {
        this.reader = reader;
    }

    /**
     * Opens a database.
     *
     * @param path of the file; null for none: every place is then unknown
     * @throws IllegalArgumentException if the file cannot be read or is no MMDB file; names the file
     */
    public static GeoLookup open(@Nullable String path) {
        if (path == null) {
            return new GeoLookup(null);
        }
        try {
            return new GeoLookup(new Reader(new File(path), new CHMCache()));
        } catch (IOException | RuntimeException e) {
            // The reader checks little: damaged metadata shows as almost any exception.
            throw new IllegalArgumentException("Geo database " + path + " cannot be read as an MMDB file: " + e, e);
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            try {
                reader.close();
            } catch (IOException e) {
                LOG.warn("Cannot close the geo database", e);
            }
        }
    }

    Geo lookup(@Nullable String ip) {
        if (reader == null || ip == null) {
            return Geo.UNKNOWN;
        }
        Geo known = cache.get(ip);
        if (known == null) {
            known = read(reader, ip);
            cache.put(ip, known);
        }
        return known;
    }

    private Geo read(Reader database, String ip) {
        InetAddress address = IpAddresses.parse(ip);
        if (address == null) {
            return Geo.UNKNOWN;
        }
        try {
            Map<?, ?> found = database.get(address, Map.class);
            return found == null ? Geo.UNKNOWN : toGeo(found);
        } catch (IllegalArgumentException e) {
            // An IPv6 address in a database of IPv4 addresses.
            return Geo.UNKNOWN;
        } catch (IOException | RuntimeException e) {
            // The reader checks little: damage shows as almost any exception, such as an index out of bounds.
            if (!brokenRecordLogged) {
                brokenRecordLogged = true;
                LOG.warn("The geo database has a broken record for {}; such addresses count as unknown", ip, e);
            }
            return Geo.UNKNOWN;
        }
    }

    static Geo toGeo(Map<?, ?> found) {
        String country = text(found.get("country"), "iso_code");
        if (country == null || country.length() != 2) {
            String code = text(found.get("country_code"), "iso_code");
            country = code == null ? country : code;
        }
        Object subdivision = found.get("subdivisions") instanceof List<?> list && !list.isEmpty() ? list.get(0) : null;
        String state = name(subdivision);
        if (state == null) {
            state = name(found.get("region"));
        }
        String city = name(found.get("city"));
        return country == null && state == null && city == null ? Geo.UNKNOWN : new Geo(country, state, city);
    }

    /** A text, or that field of a map. */
    private static @Nullable String text(@Nullable Object value, String field) {
        Object found = value instanceof Map<?, ?> map ? map.get(field) : value;
        return found instanceof String text && !text.isBlank() ? TextCap.NAME.apply(text) : null;
    }

    /** A text, or the English one of a map's names. */
    private static @Nullable String name(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? text(map.get("names"), "en") : text(value, "en");
    }
}
