package io.matih.inference.engine.model.store;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

import java.io.IOException;
import java.io.InputStream;

/// An object's bytes as they arrive. Each read is bounded by the socket's timeout and looks at the
/// deadline after it; closing drops the connection unless all was read, for a polite client would
/// first wait for the rest.
final class S3Body extends InputStream {
    private final ResponseInputStream<?> body;
    private final Deadline deadline;
    private boolean ended;

    S3Body(ResponseInputStream<?> body, Deadline deadline) {
        this.body = body;
        this.deadline = deadline;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            int count = body.read(target, offset, length);
            if (deadline.passed()) {
                throw late();
            }
            ended = count < 0;
            return count;
        } catch (IOException | SdkException e) {
            if (deadline.passed()) {
                throw late();
            }
            throw new IOException("the object broke off", e);
        }
    }

    static ServingException late() {
        return new ServingException(
                ErrorCode.DEADLINE, "the model did not arrive within the time for fetching one");
    }

    @Override
    public void close() throws IOException {
        if (ended) {
            body.close();
        } else {
            body.abort();
        }
    }
}
