package io.matih.inference.server.inference;

import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.tensor.Tensor;

import java.util.List;

/// Writes the answer to a predict request. Any thread.
final class PredictWriter {
    private static final int ENVELOPE = 512;
    private static final int LARGEST_ESTIMATE = 1 << 28;
    private static final String VARIANT = "stable";

    private PredictWriter() {}

    static byte[] write(PredictCall call, InferenceResponse response, WriteOptions options) {
        boolean nonFinite = call.options().nonFiniteAsStrings();
        var outputs = classified(call, response);
        var rows = call.options().rows();
        var out = new JsonOutput(estimate(outputs, rows != null));
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
        for (var output : outputs) {
            TensorWriter.write(out, output, nonFinite);
        }
        out.endArray();
        if (options.meta()) {
            meta(out, response);
        }
        return out.endObject().toBytes();
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
        // All traffic goes to one variant.
        out.name("variant").string(VARIANT);
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
        boolean nonFinite = call.options().nonFiniteAsStrings();
        return response.outputs().stream()
                .map(output -> classified(output, call.request().outputs(), nonFinite))
                .toList();
    }

    private static Tensor classified(
            Tensor output, List<RequestedOutput> requested, boolean nonFinite) {
        for (var request : requested) {
            if (request.classification() > 0 && request.name().equals(output.name())) {
                return Classification.best(output, request.classification(), nonFinite);
            }
        }
        return output;
    }

    private static int estimate(List<Tensor> outputs, boolean predictions) {
        long data = outputs.stream().mapToLong(TensorWriter::estimate).sum();
        return (int) Math.min(LARGEST_ESTIMATE, ENVELOPE + (predictions ? 2 * data : data));
    }
}
