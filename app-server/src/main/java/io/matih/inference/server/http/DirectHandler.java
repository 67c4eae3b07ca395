package io.matih.inference.server.http;

/// Answers requests in front of Javalin, for routes whose every microsecond counts.
@FunctionalInterface
public interface DirectHandler {
    /// Answers, or sees to it that somebody will. A small body is handled on the thread that reads
    /// requests, which must not wait: `exchange.mayWait` tells, and `exchange.onThreadOfItsOwn`
    /// helps.
    ///
    /// @param body the whole of it, decompressed
    /// @throws io.matih.inference.engine.error.ServingException becomes the answer
    void handle(DirectExchange exchange, byte[] body);
}
