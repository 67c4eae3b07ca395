package io.matih.inference.engine.model.store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;

/// A file opened for reading.
///
/// @param sizeBytes as announced, before anything is read; absent where nobody says
record Content(InputStream stream, @Nullable Long sizeBytes) implements AutoCloseable {
    @Override
    public void close() throws IOException {
        stream.close();
    }
}
