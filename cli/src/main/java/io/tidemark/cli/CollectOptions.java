package io.tidemark.cli;

import static java.util.Objects.requireNonNull;

import io.tidemark.cli.embedded.StackAddresses;
import io.tidemark.cli.embedded.StackException;
import io.tidemark.collect.http.CollectorConfig;
import io.tidemark.collect.http.CollectorConfig.Access;
import io.tidemark.collect.http.CollectorConfig.LeftOut;
import io.tidemark.collect.http.CollectorConfig.Limits;
import io.tidemark.collect.http.Network;
import io.tidemark.collect.http.Site;
import io.tidemark.collect.http.SkippedPaths;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How the collector serves. */
final class CollectOptions {
    private static final String TLS_PASSWORD = "tls-password";

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; 0.0.0.0 is every one of this machine.")
    private String bind = "127.0.0.1";

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "8090", description = "0 is any free one.")
    private int port = 8090;

    @Option(
            names = "--site",
            paramLabel = "KEY=HOST[,HOST…]",
            showDefaultValue = Visibility.NEVER,
            description =
                    "Take events only with a key, and only of its hosts (*.example.org is any below); may be repeated.")
    private List<String> sites = new ArrayList<>();

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            showDefaultValue = Visibility.NEVER,
            description =
                    "Take events of pages of this origin, e.g. https://example.org, besides those of the sites' hosts; may be repeated.")
    private List<String> origins = new ArrayList<>();

    @Option(
            names = "--trusted-proxy",
            paramLabel = "NETWORK",
            showDefaultValue = Visibility.NEVER,
            description =
                    "Believe what proxies of this network, e.g. 10.0.0.0/8, say in X-Forwarded-For; may be repeated.")
    private List<String> proxies = new ArrayList<>();

    @Option(
            names = "--max-body",
            paramLabel = "BYTES",
            converter = AtLeastOne.class,
            defaultValue = "65536",
            description = "Largest body of a request.")
    private int maxBody = 65_536;

    @Option(
            names = "--max-events",
            paramLabel = "N",
            converter = AtLeastOne.class,
            defaultValue = "500",
            description = "Most events in a request.")
    private int maxEvents = 500;

    @Option(
            names = "--rate-per-address",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Events a second that one address may send in the long run, ten times as many at once; 0 is any.")
    private long perAddress;

    @Option(names = "--rate-per-key", paramLabel = "N", defaultValue = "0", description = "The same of one site's key.")
    private long perKey;

    @Option(
            names = "--patience",
            paramLabel = "DURATION",
            converter = PositiveDuration.class,
            defaultValue = "5s",
            description = "How long Kafka may take before the sender is told to try again.")
    private Duration patience = Duration.ofSeconds(5);

    @Option(
            names = "--respect-signals",
            showDefaultValue = Visibility.NEVER,
            description =
                    "Leave out page views of browsers that ask not to be tracked (Do Not Track, Global Privacy Control).")
    private boolean signals;

    @Option(
            names = "--skip-files",
            showDefaultValue = Visibility.NEVER,
            description = "Leave out page views of images, styles, scripts, fonts and the like.")
    private boolean skipFiles;

    @Option(
            names = "--skip-path",
            paramLabel = "PATH",
            showDefaultValue = Visibility.NEVER,
            description = "Leave out page views of this path, e.g. /admin/*; may be repeated.")
    private List<String> skipped = new ArrayList<>();

    @Option(
            names = "--tls-keystore",
            paramLabel = "FILE",
            description =
                    "Serve HTTPS with the key and certificates of this PKCS12 file; its password is in TIDEMARK_TLS_PASSWORD"
                            + " or --tls-password-file.")
    private @Nullable Path keyStore;

    @Option(
            names = "--tls-password-file",
            paramLabel = "FILE",
            description = "File that holds the password of --tls-keystore.")
    private @Nullable Path keyStorePassword;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    /**
     * What was chosen.
     *
     * @throws ParameterException for what cannot be read
     */
    CollectorConfig config() {
        Access access = new Access(
                parsed("--site", sites, Site::parse),
                Set.copyOf(parsed("--origin", origins, CollectOptions::origin)),
                parsed("--trusted-proxy", proxies, Network::parse));
        Limits limits = new Limits(maxBody, maxEvents, perAddress, perKey, Limits.USUAL.bodyWithin(), patience);
        SkippedPaths paths = parsed("--skip-path", List.of(skipped), each -> SkippedPaths.of(skipFiles, each))
                .get(0);
        return new CollectorConfig(bind, port, tls(), access, limits, new LeftOut(signals, paths));
    }

    /** Whether anybody who can reach this machine may send events. */
    boolean isOpenToAll() {
        try {
            return sites.isEmpty() && !InetAddress.getByName(bind).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw wrong("--bind", new IllegalArgumentException("There is no address " + bind, e));
        }
    }

    private CollectorConfig.@Nullable Tls tls() {
        if (keyStore == null) {
            return null;
        }
        String password = keyStorePassword == null
                ? Settings.of(requireNonNull(command))
                        .flatMap(settings -> settings.secret(TLS_PASSWORD))
                        .orElseThrow(
                                () -> new StackException(
                                        "The password of --tls-keystore is needed; give it by TIDEMARK_TLS_PASSWORD or --tls-password-file"))
                : StackAddresses.readPassword(keyStorePassword);
        return new CollectorConfig.Tls(keyStore, password);
    }

    private static String origin(String text) {
        String origin = text.strip().replaceFirst("/$", "");
        if (!origin.matches("https?://[^/?#@\\s]+")) {
            throw new IllegalArgumentException(
                    "An origin is a scheme and a host, e.g. https://example.org; was \"%s\"".formatted(text));
        }
        return origin;
    }

    private <T, R> List<R> parsed(String option, List<T> given, Function<T, R> parse) {
        try {
            return given.stream().map(parse).toList();
        } catch (IllegalArgumentException e) {
            throw wrong(option, e);
        }
    }

    private ParameterException wrong(String option, IllegalArgumentException cause) {
        return new ParameterException(
                requireNonNull(command).commandLine(), "%s: %s".formatted(option, cause.getMessage()), cause);
    }
}
