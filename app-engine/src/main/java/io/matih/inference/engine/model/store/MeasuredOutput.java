package io.matih.inference.engine.model.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;

/// Bytes on their way to our disk: counted, limited and hashed in the same pass. One thread.
final class MeasuredOutput extends OutputStream {
    private final FileChannel to;
    private final long budget;
    private final long maxBytes;
    private final MessageDigest digest = Sha256.start();
    private long written;

    /// @param budget most bytes to take
    /// @param maxBytes the limit that the budget is what is left of, for the refusal
    MeasuredOutput(FileChannel to, long budget, long maxBytes) {
        this.to = to;
        this.budget = budget;
        this.maxBytes = maxBytes;
    }

    @Override
    public void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
    }

    /// @throws io.matih.inference.engine.error.ServingException `MODEL_TOO_LARGE`
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        written += length;
        if (written > budget) {
            throw StagingFolder.tooLarge(maxBytes);
        }
        digest.update(bytes, offset, length);
        for (var chunk = ByteBuffer.wrap(bytes, offset, length); chunk.hasRemaining(); ) {
            to.write(chunk);
        }
    }

    /// What was written; nothing is afterwards.
    Inventory.Entry entry() {
        return new Inventory.Entry(Sha256.hex(digest), written);
    }
}
