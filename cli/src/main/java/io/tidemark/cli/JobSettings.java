package io.tidemark.cli;

import io.tidemark.cli.jobs.JobOptions;
import io.tidemark.model.SessionsBy;
import io.tidemark.store.SessionSettings;
import io.tidemark.stream.enrich.IpPolicy;
import io.tidemark.stream.session.SessionConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that starts jobs. */
final class JobSettings {
    @Option(
            names = "--parallelism",
            paramLabel = "N",
            converter = AtLeastOne.class,
            defaultValue = "2",
            description = "Parallel subtasks of each job; more than partitions are of no use.")
    private int parallelism = 2;

    @Option(
            names = "--geo-db",
            converter = GeoDatabaseConverter.class,
            paramLabel = "FILE",
            description = "MMDB file that tells places by IP address (GeoLite2, GeoIP2, DB-IP, IPinfo).")
    private @Nullable Path geoDatabase;

    @Option(
            names = "--ip",
            paramLabel = "truncate|keep|drop",
            defaultValue = "truncate",
            description =
                    "What is stored of a client's address, once place and visitor are told from it: /24 of an IPv4 and /48"
                            + " of an IPv6 address, all, or nothing.")
    private IpPolicy ip = IpPolicy.TRUNCATE;

    @Option(
            names = "--aggregates",
            paramLabel = "default|none|FILE",
            converter = AggregateChoice.Converter.class,
            defaultValue = "default",
            description =
                    "What the aggregate job counts besides hits by host and by referrer: a YAML file, or by default"
                            + " visitors, pages, kinds of referrers, countries, devices with browsers, campaigns.")
    private AggregateChoice aggregates = AggregateChoice.DEFAULT;

    @Option(
            names = "--sessions",
            paramLabel = "visitor|ip|none",
            defaultValue = "visitor",
            description =
                    "Whose page views on a host make up a session: a visitor's, or those from an address as far as it is"
                            + " stored; none for no sessions.")
    private SessionChoice sessions = SessionChoice.VISITOR;

    @Option(
            names = "--gap",
            paramLabel = "DURATION",
            converter = PositiveDuration.class,
            defaultValue = "5m",
            description = "The longest pause within a session.")
    private Duration gap = SessionConfig.GAP;

    int parallelism() {
        return parallelism;
    }

    /** Whether there are to be sessions. */
    boolean sessions() {
        return sessions != SessionChoice.NONE;
    }

    JobOptions options() {
        return JobOptions.defaults(parallelism)
                .withSessions(SessionSettings.of(gap, sessions.by().orElse(SessionsBy.VISITOR)))
                .withIp(ip)
                .withAggregates(aggregates.all())
                .withGeoDatabase(
                        geoDatabase == null
                                ? null
                                : geoDatabase.toAbsolutePath().normalize().toString());
    }

    /** One line for those who have no database yet. */
    void adviseOnGeo(PrintWriter err) {
        if (geoDatabase == null) {
            err.println("No geo database, so places stay unknown. Free ones: GeoLite2 City (maxmind.com),"
                    + " DB-IP City Lite (db-ip.com), IPinfo Lite (ipinfo.io); give the .mmdb file with --geo-db.");
            err.flush();
        }
    }
}
