package io.matih.inference.server.bench.suite;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;

import java.util.function.Supplier;

/// Javalin on virtual threads with one handler that reads the body and answers at once. Runs until
/// the process ends.
final class EmptyJavalin {
    private final Javalin javalin;

    EmptyJavalin(Supplier<byte[]> answer) {
        javalin =
                Javalin.create(
                        config -> {
                            config.concurrency.useVirtualThreads = true;
                            config.startup.showJavalinBanner = false;
                            config.startup.showOldJavalinVersionWarning = false;
                            config.http.compressionStrategy = CompressionStrategy.NONE;
                            config.routes.post(
                                    Yardsticks.PATH,
                                    ctx -> {
                                        ctx.bodyAsBytes();
                                        ctx.contentType("application/json").result(answer.get());
                                    });
                        });
        javalin.start("127.0.0.1", 0);
    }

    int port() {
        return javalin.port();
    }
}
