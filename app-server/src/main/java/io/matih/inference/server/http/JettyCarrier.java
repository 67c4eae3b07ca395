package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;

/// A request that came through Jetty.
///
/// @param response has the headers that name the request
record JettyCarrier(Request request, Response response, Callback callback) implements Carrier {
    @Override
    public HttpFields headers() {
        return request.getHeaders();
    }

    @Override
    public String path() {
        return request.getHttpURI().getPath();
    }

    @Override
    public @Nullable String query(String name) {
        return request.getHttpURI().getQuery() == null
                ? null
                : Request.extractQueryParameters(request).getValue(name);
    }

    @Override
    public Connection connection() {
        return request.getConnectionMetaData().getConnection();
    }

    @Override
    public void send(int status, HttpFields.Mutable headers, List<ByteBuffer> body, Runnable sent) {
        if (response.isCommitted()) {
            // Half an answer has left; only a broken connection tells the client.
            callback.failed(new EofException("failed in the middle of an answer"));
            return;
        }
        response.setStatus(status);
        response.getHeaders().add(headers);
        var written = Callback.from(callback, sent);
        if (body.size() == 1) {
            response.write(true, body.getFirst(), written);
        } else {
            new PartsWriter(response, body, written).iterate();
        }
    }
}
