package io.tidemark.cli.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The account that PostgreSQL's programs run under. They refuse to run as root, so that root starts them in a user
 * namespace of their own, where they see themselves as nobody, or, where namespaces are not allowed (most containers),
 * as the system's nobody with access to files.
 *
 * @param prefix words before the program's own; empty for everyone but root
 * @param owner numeric user id that the database's files must belong to; -1 for the user's own
 */
record PostgresAccount(List<String> prefix, int owner) {
    private static final int ROOT = 0;
    private static final int NOBODY = 65_534;
    private static final String ID = Integer.toString(NOBODY);
    private static final List<PostgresAccount> FOR_ROOT = List.of(
            new PostgresAccount(List.of("unshare", "--user"), ROOT),
            new PostgresAccount(
                    List.of(
                            "setpriv",
                            "--reuid",
                            ID,
                            "--regid",
                            ID,
                            "--clear-groups",
                            "--inh-caps",
                            "+dac_override",
                            "--ambient-caps",
                            "+dac_override",
                            // Else access(2), by which the programs look for each other, ignores the capability.
                            "--securebits",
                            "+no_setuid_fixup"),
                    NOBODY));

    PostgresAccount {
        prefix = List.copyOf(prefix);
    }

    /** The account for the user that runs this process. */
    static PostgresAccount current() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return new PostgresAccount(List.of(), -1);
        }
        return FOR_ROOT.stream()
                .filter(PostgresAccount::works)
                .findFirst()
                .orElseThrow(() -> new StackException("PostgreSQL refuses to run as root, and neither 'unshare' nor"
                        + " 'setpriv' can change that here; run tidemark as another user"));
    }

    /** Hands the folder and all in it over to the account, if it belongs to another. */
    void own(Path folder) throws IOException {
        if (owner < 0
                || Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                        .equals(owner)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    List<String> command(List<String> words) {
        return Stream.concat(prefix.stream(), words.stream()).toList();
    }

    private boolean works() {
        try {
            Process probe = new ProcessBuilder(command(List.of("true")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return probe.waitFor(5, TimeUnit.SECONDS) && probe.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
