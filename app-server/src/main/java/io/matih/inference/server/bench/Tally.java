package io.matih.inference.server.bench;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// What one worker counts. It alone writes; another thread may read meanwhile.
final class Tally {
    private static final int DIGITS = 3;
    private static final int STATUSES = 1000;

    private final SingleWriterRecorder accepted = new SingleWriterRecorder(DIGITS);
    private final SingleWriterRecorder refused = new SingleWriterRecorder(DIGITS);
    private final AtomicLongArray statuses = new AtomicLongArray(STATUSES);

    /// All answers, the warm-up's too.
    final AtomicLong answers = new AtomicLong();

    /// Good answers that came in the measured time.
    final AtomicLong completed = new AtomicLong();

    final AtomicLong checked = new AtomicLong();
    final AtomicLong wrong = new AtomicLong();
    final AtomicLong timeouts = new AtomicLong();
    final AtomicLong broken = new AtomicLong();
    final AtomicLong unsent = new AtomicLong();
    final AtomicLong refusedWithoutRetryAfter = new AtomicLong();
    final AtomicLong cpuNanos = new AtomicLong();

    static Histogram histogram() {
        return new Histogram(DIGITS);
    }

    void answered(int status, long nanos, boolean retryAfter) {
        statuses.lazySet(status, statuses.get(status) + 1);
        if (isGood(status)) {
            accepted.recordValue(nanos);
        } else {
            refused.recordValue(nanos);
            if (status == 503 && !retryAfter) {
                add(refusedWithoutRetryAfter, 1);
            }
        }
    }

    static boolean isGood(int status) {
        return status / 100 == 2;
    }

    /// Cheaper than an atomic addition, and enough for one writer.
    static void add(AtomicLong counter, long more) {
        counter.lazySet(counter.get() + more);
    }

    /// Latencies since the last call, added to those given. One thread at a time.
    void collect(Histogram intoAccepted, Histogram intoRefused) {
        intoAccepted.add(accepted.getIntervalHistogram());
        intoRefused.add(refused.getIntervalHistogram());
    }

    void collect(Map<Integer, Long> into) {
        for (int status = 0; status < STATUSES; status++) {
            long count = statuses.get(status);
            if (count > 0) {
                into.merge(status, count, Long::sum);
            }
        }
    }
}
