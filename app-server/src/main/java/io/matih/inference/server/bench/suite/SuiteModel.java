package io.matih.inference.server.bench.suite;

import static java.util.stream.Collectors.joining;

import io.matih.inference.server.demo.Sample;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// A model of the suite with rows to send.
///
/// @param onnx makes the file's bytes
/// @param config the deploy's `config`; absent for the usual one
/// @param shape of the input of one request
/// @param rows the numbers of one request each, as JSON spells them
record SuiteModel(
        String name,
        Supplier<byte[]> onnx,
        @Nullable JsonNode config,
        String input,
        String shape,
        List<List<String>> rows) {
    private static final int ROWS = 16;
    private static final long SEED = 11;

    /// The sample of handwritten digits.
    static SuiteModel digits() {
        var sample =
                Sample.all().stream()
                        .filter(s -> s.name().equals("digits-mlp"))
                        .findFirst()
                        .orElseThrow();
        return new SuiteModel(
                sample.name(),
                sample::model,
                null,
                sample.input(),
                "1,64",
                sample.testSet().stream().limit(ROWS).map(Sample.Row::values).toList());
    }

    /// A model of the forge, with random rows.
    static SuiteModel forged(
            String name, Supplier<byte[]> onnx, int width, @Nullable String config) {
        return forged(name, onnx, new int[] {1, width}, config, ROWS);
    }

    static SuiteModel forged(
            String name, Supplier<byte[]> onnx, int[] shape, @Nullable String config, int count) {
        var random = new SplittableRandom(SEED);
        var rows = new ArrayList<List<String>>();
        for (int i = 0; i < count; i++) {
            var row = new ArrayList<String>();
            for (int j = 0; j < elements(shape); j++) {
                row.add(Float.toString((float) random.nextDouble(-1, 1)));
            }
            rows.add(row);
        }
        return new SuiteModel(
                name,
                onnx,
                config == null ? null : JsonMapper.shared().readTree(config),
                ModelForge.INPUT,
                IntStream.of(shape).mapToObj(Integer::toString).collect(joining(",")),
                rows);
    }

    private static int elements(int[] shape) {
        return IntStream.of(shape).reduce(1, Math::multiplyExact);
    }

    List<byte[]> requests() {
        return rows.stream().map(this::request).toList();
    }

    private byte[] request(List<String> row) {
        return """
               {"model":"%s","inputs":[{"name":"%s","shape":[%s],"datatype":"FP32","data":[%s]}]}"""
                .formatted(name, input, shape, String.join(",", row))
                .getBytes(StandardCharsets.UTF_8);
    }
}
