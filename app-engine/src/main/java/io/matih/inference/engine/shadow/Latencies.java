package io.matih.inference.engine.shadow;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import org.HdrHistogram.Histogram;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;

/// Latencies in constant memory, each kept to a thousandth of itself.
final class Latencies {
    private static final int DIGITS = 3;
    private static final long LEAST_NANOS = 1000;
    private static final long MOST_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final double NANOS_PER_MILLI = 1e6;

    private final Histogram histogram;

    Latencies() {
        this(new Histogram(LEAST_NANOS, MOST_NANOS, DIGITS));
    }

    private Latencies(Histogram histogram) {
        this.histogram = histogram;
    }

    void record(long nanos) {
        histogram.recordValue(Math.clamp(nanos, 0, MOST_NANOS));
    }

    long count() {
        return histogram.getTotalCount();
    }

    /// @param quantile 0 to 1
    /// @return 0 where there is none
    double millis(double quantile) {
        return histogram.getValueAtPercentile(quantile * 100) / NANOS_PER_MILLI;
    }

    /// The value of that rank, from 1.
    double millisAtRank(long rank) {
        return millis((rank - 0.5) / count());
    }

    void reset() {
        histogram.reset();
    }

    String encoded() {
        var bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    static Latencies decoded(String text) {
        if (text.isEmpty()) {
            return new Latencies();
        }
        try {
            var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
            return new Latencies(Histogram.decodeFromCompressedByteBuffer(bytes, LEAST_NANOS));
        } catch (DataFormatException | IllegalArgumentException e) {
            throw new ServingException(
                    ErrorCode.STORAGE_FAILED, "what is stored of latencies cannot be read", e);
        }
    }
}
