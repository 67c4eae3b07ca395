package io.matih.inference.server.http;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;

/// Takes connections and gives each to one of a few selecting threads.
final class PromptConnector extends ServerConnector {
    private static final int MOST_SELECTORS = 4;

    /// It needs a connection factory yet.
    PromptConnector(Server server) {
        super(
                server,
                task -> execute(task, server),
                null,
                null,
                1,
                Math.min(MOST_SELECTORS, Runtime.getRuntime().availableProcessors()));
    }

    /// A connection whose request was answered by another thread, or after the reading thread had
    /// gone on, asks for a thread to look for its next request. That is its reading thread's work,
    /// and waits for nothing.
    private static void execute(Runnable task, Server server) {
        if (task instanceof Connection connection
                && connection.getEndPoint() instanceof WatchedEndPoint endPoint) {
            endPoint.selector().later(task);
        } else {
            server.getThreadPool().execute(task);
        }
    }

    @Override
    protected SelectorManager newSelectorManager(
            Executor executor, Scheduler scheduler, int selectors) {
        return new ServerConnectorManager(executor, scheduler, selectors) {
            @Override
            protected ManagedSelector newSelector(int id) {
                return new PromptSelector(this, id);
            }
        };
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        var endPoint = new WatchedEndPoint(channel, (PromptSelector) selector, key, getScheduler());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }
}
