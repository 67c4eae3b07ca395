package io.matih.inference.server.http;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;

/// Makes connections that know requests again.
final class PromptConnectionFactory extends HttpConnectionFactory {
    private final KnownRequests requests;

    PromptConnectionFactory(HttpConfiguration http, KnownRequests requests) {
        super(http);
        this.requests = requests;
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        var connection =
                new PromptConnection(getHttpConfiguration(), connector, endPoint, requests);
        connection.setTransferEncodingChunkMaxLength(getTransferEncodingChunkMaxLength());
        return configure(connection, connector, endPoint);
    }
}
