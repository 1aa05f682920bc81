package io.tidemark.cli.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One process a data folder. The operating system drops the lock when its holder dies, however it dies; the file stays
 * and tells the holder's process id.
 */
public final class FolderLock implements AutoCloseable {
    /**
     * Folders locked by this very process. Asked first, since on POSIX systems the closing of any channel on a file
     * drops all locks that the process has on it.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private FolderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws StackException if the folder is in use or cannot be written to; names the folder and the process
     */
    public static FolderLock take(Layout layout) {
        try {
            Files.createDirectories(layout.data());
            return tryTake(layout).orElseThrow(() -> inUse(layout));
        } catch (IOException e) {
            throw new StackException(
                    "Cannot write to data folder %s (%s); use another one (--data)".formatted(layout.data(), e), e);
        }
    }

    /** Whether a process holds the folder's lock. */
    public static boolean isTaken(Layout layout) {
        if (!Files.exists(layout.lockFile())) {
            return false;
        }
        try (FolderLock lock = tryTake(layout).orElse(null)) {
            return lock == null;
        } catch (IOException e) {
            throw new StackException("Cannot read %s (%s)".formatted(layout.lockFile(), e), e);
        }
    }

    private static Optional<FolderLock> tryTake(Layout layout) throws IOException {
        Path file = layout.lockFile();
        if (!HELD_HERE.add(file)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                return Optional.empty();
            }
            channel.truncate(0);
            String pid = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
            taken = true;
            return Optional.of(new FolderLock(file, channel));
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        } finally {
            if (!taken) {
                HELD_HERE.remove(file);
                if (channel != null) {
                    channel.close();
                }
            }
        }
    }

    private static StackException inUse(Layout layout) {
        String holder = holder(layout);
        return new StackException(
                "Data folder %s is in use by process %s; stop that first with 'tidemark %s --data %s', or use another folder (--data)"
                        .formatted(
                                layout.data(),
                                holder,
                                isSupervisor(layout, holder) ? "cluster stop" : "down",
                                layout.data()));
    }

    private static boolean isSupervisor(Layout layout, String pid) {
        try {
            return Files.exists(layout.clusterFile())
                    && new ObjectMapper()
                            .readTree(layout.clusterFile().toFile())
                            .path("supervisor")
                            .asText()
                            .equals(pid);
        } catch (IOException e) {
            return false;
        }
    }

    private static String holder(Layout layout) {
        try {
            return Files.readString(layout.lockFile(), StandardCharsets.US_ASCII)
                    .strip();
        } catch (IOException e) {
            return "(unknown)";
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StackException("Cannot give %s free (%s)".formatted(file, e), e);
        } finally {
            HELD_HERE.remove(file);
        }
    }
}
