package io.tidemark.collect.http;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** Who may send: by the key of a site, and by the origin of the page. */
final class Permissions {
    private static final String KEY_HEADER = "X-Tidemark-Key";

    private final Map<String, Site> sites;
    private final Set<String> origins;

    Permissions(CollectorConfig config) {
        sites = config.access().sites().stream().collect(Collectors.toMap(Site::key, Function.identity()));
        origins = config.access().origins();
    }

    /**
     * The site whose key the request has; null if there are no sites, so that anybody may send.
     *
     * @param inQuery value of the query's parameter {@code k}, null if it has none
     */
    @Nullable
    Site site(Request request, @Nullable String inQuery) throws RefusedException {
        if (sites.isEmpty()) {
            return null;
        }
        String header = request.getHeaders().get(KEY_HEADER);
        String key = header == null ? inQuery : header;
        Site site = key == null ? null : sites.get(key);
        if (site == null) {
            throw new RefusedException(
                    Refusal.UNKNOWN_KEY,
                    key == null
                            ? "A site's key is needed, as parameter k or in the header " + KEY_HEADER
                            : "There is no site with that key");
        }
        return site;
    }

    /** Lets the page read the answer, if it may send; else refuses. */
    void admitOrigin(Request request, Response response) throws RefusedException {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null) {
            return;
        }
        boolean isOpen = sites.isEmpty() && origins.isEmpty();
        if (!isOpen && !isListed(origin)) {
            throw new RefusedException(Refusal.ORIGIN_NOT_ALLOWED, "Pages of this origin may not send");
        }
        response.getHeaders().put("Access-Control-Allow-Origin", isOpen ? "*" : origin);
        response.getHeaders().put("Access-Control-Expose-Headers", "Retry-After");
        if (!isOpen) {
            response.getHeaders().add(HttpHeader.VARY, "Origin");
        }
    }

    private boolean isListed(String origin) {
        if (origins.contains(origin)) {
            return true;
        }
        String host = Sender.hostOf(origin);
        return host != null && sites.values().stream().anyMatch(each -> each.has(host));
    }

    /** Tells a browser beforehand what it may send. */
    static void preflight(Response response) {
        response.getHeaders().put("Access-Control-Allow-Methods", "POST");
        response.getHeaders().put("Access-Control-Allow-Headers", "Content-Type, " + KEY_HEADER);
        response.getHeaders().put("Access-Control-Max-Age", "86400");
    }
}
