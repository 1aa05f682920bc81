package io.tidemark.collect.importing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A file that grows, like {@code tail -F}: when another file takes its name, or it is cut to less than what was read,
 * the one of that name is read from its beginning. The replaced one is read to its end before. A file that is cut and
 * grows beyond the old length between two looks cannot be told from one that grew.
 */
final class FollowedFile implements ByteSource {
    private final Path path;
    private final AtomicLong bytes;
    private FileChannel channel;
    private @Nullable Object key;
    private long position;

    FollowedFile(Path path, AtomicLong bytes) throws IOException {
        this.path = path;
        this.bytes = bytes;
        this.channel = FileChannel.open(path, StandardOpenOption.READ);
        this.key = attributes().fileKey();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = readOn(buffer, offset, length);
        if (count > 0) {
            return count;
        }
        BasicFileAttributes named;
        try {
            named = attributes();
        } catch (NoSuchFileException e) {
            return NOTHING_YET;
        }
        boolean replaced = !Objects.equals(named.fileKey(), key);
        if (replaced) {
            int rest = readOn(buffer, offset, length);
            if (rest > 0) {
                return rest;
            }
        } else if (named.size() >= position) {
            return NOTHING_YET;
        }
        return reopen() ? NEW_FILE : NOTHING_YET;
    }

    private int readOn(byte[] buffer, int offset, int length) throws IOException {
        int count = channel.read(ByteBuffer.wrap(buffer, offset, length));
        if (count > 0) {
            position += count;
            bytes.addAndGet(count);
        }
        return count;
    }

    /** Whether the file of the name could be opened; false if it was replaced meanwhile, so try again. */
    private boolean reopen() throws IOException {
        FileChannel opened;
        Object before;
        Object after;
        try {
            before = attributes().fileKey();
            opened = FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            return false;
        }
        try {
            after = attributes().fileKey();
        } catch (NoSuchFileException e) {
            opened.close();
            return false;
        }
        if (!Objects.equals(before, after)) {
            opened.close();
            return false;
        }
        channel.close();
        channel = opened;
        key = after;
        position = 0;
        return true;
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
