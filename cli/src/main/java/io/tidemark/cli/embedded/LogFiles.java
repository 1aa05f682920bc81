package io.tidemark.cli.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.logging.log4j.core.config.Configurator;

/** Sends what the servers and jobs of this process log into files; nothing of it goes to the terminal. */
public final class LogFiles {
    private LogFiles() {}

    /** {@code kafka.log}, {@code flink.log} and {@code tidemark.log} in that folder, of limited size. */
    public static void in(Path folder) {
        in(folder, "tidemark");
    }

    /** As {@link #in(Path)}, with another name than {@code tidemark.log}. */
    public static void in(Path folder, String ownName) {
        try {
            Files.createDirectories(folder);
            System.setProperty("tidemark.logs", folder.toString());
            System.setProperty("tidemark.own-log", ownName);
            URI settings = Objects.requireNonNull(LogFiles.class.getResource("/log4j2-files.xml"), "log4j2-files.xml")
                    .toURI();
            Configurator.reconfigure(settings);
        } catch (IOException e) {
            throw new StackException("Cannot write logs to %s (%s)".formatted(folder, e), e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
