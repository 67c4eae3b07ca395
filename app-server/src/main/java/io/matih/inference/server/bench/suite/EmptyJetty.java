package io.matih.inference.server.bench.suite;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

import java.nio.ByteBuffer;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// Jetty alone, on virtual threads, with one handler that reads the body and answers at once. Runs
/// until the process ends.
final class EmptyJetty {
    private final ServerConnector connector;

    EmptyJetty(Supplier<byte[]> answer) throws Exception { // Jetty declares no less
        var threads = new QueuedThreadPool();
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        var server = new Server(threads);
        connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Answering(answer));
        server.start();
    }

    int port() {
        return connector.getLocalPort();
    }

    private static final class Answering extends Handler.Abstract {
        private final Supplier<byte[]> answer;

        Answering(Supplier<byte[]> answer) {
            this.answer = answer;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            Content.Source.asByteBuffer(request);
            var bytes = answer.get();
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
            response.write(true, ByteBuffer.wrap(bytes), callback);
            return true;
        }
    }
}
