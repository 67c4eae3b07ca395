package io.matih.inference.server.cli;

import java.util.List;
import java.util.concurrent.CountDownLatch;

/// A program of its own for tests: `matih` around a server that only says what it was told.
final class ServeProgram {
    private ServeProgram() {}

    public static void main(String[] arguments) {
        System.exit(MatihCommand.run(new Program(_ -> new Quiet(), List::of), arguments));
    }

    private static final class Quiet implements RunningServer {
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public String httpUrl() {
            return "http://127.0.0.1:4711";
        }

        @Override
        public String grpcAddress() {
            return "127.0.0.1:4712";
        }

        @Override
        public void awaitShutdown() throws InterruptedException {
            closed.await();
        }

        @Override
        public void close() {
            System.out.println("drained");
            closed.countDown();
        }
    }
}
