package io.tidemark.stream.enrich;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.EnrichedEvent.Campaign;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RejectReason;
import io.tidemark.model.TextCap;
import org.jspecify.annotations.Nullable;

/** What an event gains: place, client, visitor, kind of referrer, campaign; and what it loses of the address. Texts are brought within their caps. */
public final class Enrichment {
    private final GeoLookup geo;
    private final ClientResolver clients;
    private final VisitorIds visitors;
    private final IpPolicy stored;
    private final ReferrerClassifier referrers = new ReferrerClassifier();

    /** With the rules of user agents that come with Tidemark, which take seconds to load for the first time. */
    public static Enrichment of(GeoLookup geo, VisitorIds visitors, IpPolicy stored) {
        return new Enrichment(geo, new ClientResolver(UserAgentParser.shared()), visitors, stored);
    }

    /** @param stored what the enriched event has of the address */
    Enrichment(GeoLookup geo, ClientResolver clients, VisitorIds visitors, IpPolicy stored) {
        this.geo = geo;
        this.clients = clients;
        this.visitors = visitors;
        this.stored = stored;
    }

    /**
     * Enriches an event.
     *
     * @throws InvalidEventException if nothing is left of the host once NUL characters are removed
     */
    public EnrichedEvent enrich(RawEvent raw) throws InvalidEventException {
        String host = TextCap.HOST.apply(raw.host());
        if (host.isBlank()) {
            throw new InvalidEventException(RejectReason.MISSING_HOST, "Field host holds NUL characters only");
        }
        String ip = capped(raw.ip(), TextCap.IP);
        String url = capped(raw.url(), TextCap.URL);
        String referrer = capped(raw.referrer(), TextCap.REFERRER);
        Campaign campaign = url == null ? Campaign.NONE : CampaignParser.parse(url);
        ClientResolver.Resolved client = clients.resolve(raw.userAgent(), raw.headers());
        return new EnrichedEvent(
                host,
                raw.eventTimeMillis(),
                stored.apply(ip),
                url,
                referrer,
                client.userAgent(),
                visitors.of(ip, client.userAgent(), host, raw.eventTimeMillis()),
                geo.lookup(ip),
                client.client(),
                referrers.classify(host, referrer, campaign),
                campaign);
    }

    private static @Nullable String capped(@Nullable String text, TextCap cap) {
        return text == null ? null : cap.apply(text);
    }
}
