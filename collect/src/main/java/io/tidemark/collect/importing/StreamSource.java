package io.tidemark.collect.importing;

import java.io.IOException;
import java.io.InputStream;

/** A file read to its end. */
record StreamSource(InputStream in) implements ByteSource {
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return in.read(buffer, offset, length);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
