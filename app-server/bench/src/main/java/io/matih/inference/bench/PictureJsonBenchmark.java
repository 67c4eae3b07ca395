package io.matih.inference.bench;

import io.matih.inference.server.inference.PredictCall;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.concurrent.TimeUnit;

/// A picture of 1×3×224×224 in JSON: read into a tensor, beside Jackson's tree of it, which holds
/// the numbers and no tensor yet.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class PictureJsonBenchmark {
    private static final int FLOATS = 3 * 224 * 224;

    private final JsonMapper jackson = JsonMapper.shared();
    private CodecSample sample;

    @Setup
    public void setUp() {
        sample = new CodecSample(FLOATS);
    }

    @Benchmark
    public PredictCall tensor() {
        return sample.read(sample.tensorBody);
    }

    @Benchmark
    public JsonNode jacksonTree() {
        return jackson.readTree(sample.tensorBody);
    }
}
