package io.tidemark.collect.importing;

import java.io.Closeable;
import java.io.IOException;

/** Bytes that may not be there yet. */
interface ByteSource extends Closeable {
    /** There is nothing more. */
    int END = -1;

    /** There is nothing more for now. */
    int NOTHING_YET = -2;

    /** What follows is the beginning of another file of the same name. */
    int NEW_FILE = -3;

    /** Reads some bytes, at least one; returns how many, or one of the constants here. */
    int read(byte[] buffer, int offset, int length) throws IOException;
}
