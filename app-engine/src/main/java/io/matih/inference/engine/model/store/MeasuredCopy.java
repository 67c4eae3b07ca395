package io.matih.inference.engine.model.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;

/// Bytes on their way from outside to our disk: counted, limited and hashed in the same pass.
final class MeasuredCopy {
    private static final int BUFFER = 1 << 16;

    private MeasuredCopy() {}

    /// @param budget most bytes to take
    /// @param maxBytes the limit that the budget is what is left of, for the refusal
    /// @throws IOException where our side fails
    /// @throws UncheckedIOException where the other side breaks off
    static Inventory.Entry copy(InputStream from, FileChannel to, long budget, long maxBytes)
            throws IOException {
        var output = new MeasuredOutput(to, budget, maxBytes);
        var buffer = new byte[BUFFER];
        for (int read; (read = read(from, buffer)) >= 0; ) {
            output.write(buffer, 0, read);
        }
        return output.entry();
    }

    private static int read(InputStream from, byte[] buffer) {
        try {
            return from.read(buffer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
