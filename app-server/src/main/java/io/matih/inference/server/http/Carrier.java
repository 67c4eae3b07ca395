package io.matih.inference.server.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Connection;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;

/// What a `DirectExchange` knows of its request, and how its answer leaves.
interface Carrier {
    HttpFields headers();

    String path();

    /// The value of a query parameter.
    @Nullable String query(String name);

    Connection connection();

    /// Sends the whole answer. Any thread; does not wait.
    ///
    /// @param headers those that name the request are added
    /// @param body not changed until it is sent
    /// @param sent called when the last byte has been handed to the system
    void send(int status, HttpFields.Mutable headers, List<ByteBuffer> body, Runnable sent);
}
