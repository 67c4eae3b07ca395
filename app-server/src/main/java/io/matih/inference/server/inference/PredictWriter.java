package io.matih.inference.server.inference;

import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.server.http.DirectAnswer;
import io.matih.inference.server.http.MediaType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes the answer to a predict request. Any thread.
final class PredictWriter {
    private static final int ENVELOPE = 512;
    private static final int LARGEST_ESTIMATE = 1 << 28;

    private PredictWriter() {}

    static DirectAnswer write(PredictCall call, InferenceResponse response, WriteOptions options) {
        boolean nonFinite = call.options().nonFiniteAsStrings();
        var outputs = classified(call, response);
        var rows = call.options().rows();
        var out = new JsonOutput(estimate(outputs, call.options()));
        out.startObject();
        var id = call.request().id();
        if (id != null) {
            out.name("id").string(id);
        }
        out.name("model_name").string(response.model());
        out.name("model_version").string(Integer.toString(response.version()));
        if (rows != null) {
            PredictionsWriter.write(out, outputs, rows, nonFinite);
        }
        out.name("outputs").startArray();
        var binary = new ArrayList<ByteBuffer>();
        for (var output : outputs) {
            if (call.options().binary().contains(output.name())) {
                TensorWriter.writeHead(out, output);
                binary.add(output.data().asByteBuffer());
            } else {
                TensorWriter.write(out, output, nonFinite);
            }
        }
        out.endArray();
        if (options.meta()) {
            meta(out, response);
        }
        return answer(out.endObject().toBytes(), binary);
    }

    /// Where there is nothing behind the JSON it is a plain answer, as with outputs of no elements.
    private static DirectAnswer answer(byte[] json, List<ByteBuffer> binary) {
        if (binary.stream().noneMatch(ByteBuffer::hasRemaining)) {
            return DirectAnswer.json(json);
        }
        binary.addFirst(ByteBuffer.wrap(json));
        return new DirectAnswer(
                MediaType.OCTET_STREAM,
                Map.of(BinaryHeader.NAME, Integer.toString(json.length)),
                binary);
    }

    private static void meta(JsonOutput out, InferenceResponse response) {
        out.name("meta").startObject();
        out.name("backend").string(response.backend());
        out.name("device").string(response.device().toString());
        var cache = response.cache();
        if (cache != null) {
            out.name("cache").string(cache.label());
        }
        var batch = response.batch();
        if (batch != null) {
            out.name("batch").startObject();
            out.name("size").number(batch.rows());
            out.name("reason").string(batch.reason());
            out.endObject();
        }
        out.name("route").startObject();
        out.name("deployment").string(response.model());
        out.name("variant").string(response.variant());
        out.endObject();
        var timings = response.timings();
        long total =
                timings.queueNanos()
                        + timings.inputNanos()
                        + timings.computeNanos()
                        + timings.outputNanos();
        out.name("timings_us").startObject();
        out.name("queue").number(timings.queueNanos() / 1000);
        out.name("assemble").number(timings.inputNanos() / 1000);
        out.name("compute").number(timings.computeNanos() / 1000);
        out.name("total").number(total / 1000);
        out.endObject().endObject();
    }

    private static List<Tensor> classified(PredictCall call, InferenceResponse response) {
        if (call.request().outputs().stream().allMatch(output -> output.classification() == 0)) {
            return response.outputs();
        }
        return response.outputs().stream()
                .map(output -> classified(output, call, response))
                .toList();
    }

    private static Tensor classified(Tensor output, PredictCall call, InferenceResponse response) {
        for (var request : call.request().outputs()) {
            if (request.classification() > 0 && request.name().equals(output.name())) {
                boolean nonFinite =
                        call.options().nonFiniteAsStrings()
                                || call.options().binary().contains(output.name());
                var labels = response.classLabels().getOrDefault(output.name(), List.of());
                return Classification.best(output, request.classification(), labels, nonFinite);
            }
        }
        return output;
    }

    private static int estimate(List<Tensor> outputs, AnswerOptions options) {
        long data =
                outputs.stream()
                        .mapToLong(
                                output ->
                                        options.binary().contains(output.name())
                                                ? TensorWriter.HEAD
                                                : TensorWriter.estimate(output))
                        .sum();
        boolean predictions = options.rows() != null;
        return (int) Math.min(LARGEST_ESTIMATE, ENVELOPE + (predictions ? 2 * data : data));
    }
}
