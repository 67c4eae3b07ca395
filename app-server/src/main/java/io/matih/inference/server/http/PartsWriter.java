package io.matih.inference.server.http;

import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingNestedCallback;

import java.nio.ByteBuffer;
import java.util.List;

/// Writes the parts of a body one after the other, each as it is.
final class PartsWriter extends IteratingNestedCallback {
    private final Response response;
    private final List<ByteBuffer> parts;
    private int next;

    PartsWriter(Response response, List<ByteBuffer> parts, Callback written) {
        super(written);
        this.response = response;
        this.parts = parts;
    }

    @Override
    protected Action process() {
        if (next == parts.size()) {
            return Action.SUCCEEDED;
        }
        var part = parts.get(next++);
        response.write(next == parts.size(), part, this);
        return Action.SCHEDULED;
    }
}
