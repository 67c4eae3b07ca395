package io.matih.inference.bench;

import io.matih.inference.server.http.DirectAnswer;
import io.matih.inference.server.inference.PredictCall;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/// JSON in and out: one row of so many floats, read and written by the codec of the predict route.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class PredictCodecBenchmark {
    @Param({"64", "1024"})
    public int floats;

    private CodecSample sample;

    @Setup
    public void setUp() {
        sample = new CodecSample(floats);
    }

    /// The request as `inputs`.
    @Benchmark
    public PredictCall readTensor() {
        return sample.read(sample.tensorBody);
    }

    /// The request as `instances`.
    @Benchmark
    public PredictCall readRow() {
        return sample.read(sample.rowBody);
    }

    /// An answer as wide as the request.
    @Benchmark
    public DirectAnswer write() {
        return sample.write();
    }
}
