package io.matih.inference.server.bench.suite;

import org.HdrHistogram.Histogram;

import tools.jackson.databind.json.JsonMapper;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Which batch sizes the server reaches under load, by asking among the others now and then: an
/// answer's `meta.batch.size` says with how many rows it was computed.
final class BatchSizes {
    private static final long PAUSE_MILLIS = 20;
    private static final int DIGITS = 3;

    private final OurServer server;
    private final byte[] request;
    private final Histogram sizes = new Histogram(DIGITS);

    BatchSizes(OurServer server, byte[] request) {
        this.server = server;
        this.request = request.clone();
    }

    /// Asks until closed.
    Watch watch() {
        var over = new CountDownLatch(1);
        var asking = Thread.startVirtualThread(() -> ask(over));
        return () -> {
            over.countDown();
            try {
                asking.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private void ask(CountDownLatch over) {
        try {
            while (!over.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                long size =
                        JsonMapper.shared()
                                .readTree(server.predict(request))
                                .at("/meta/batch/size")
                                .longValue(0);
                if (size > 0) {
                    sizes.recordValue(size);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    String summary() {
        return sizes.getTotalCount() == 0
                ? "batch sizes: the answers do not say"
                : "batch sizes reached: median %d, largest %d"
                        .formatted(sizes.getValueAtPercentile(50), sizes.getMaxValue());
    }

    /// An asking that goes on.
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
