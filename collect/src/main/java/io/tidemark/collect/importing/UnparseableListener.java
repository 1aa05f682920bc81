package io.tidemark.collect.importing;

import java.io.IOException;

/** Told of every line that gave no event, in order, by the thread that imports. */
@FunctionalInterface
public interface UnparseableListener {
    /**
     * Takes the line; a failure to do so fails the import, since the line would be lost.
     *
     * @param raw as it came, without its line break; of a line beyond the cap its beginning. The listener may keep it
     */
    void unparseable(UnparseableLine line, byte[] raw) throws IOException;
}
