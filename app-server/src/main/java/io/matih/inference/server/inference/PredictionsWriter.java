package io.matih.inference.server.inference;

import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.util.List;

/// Writes `predictions`, one entry a row: the value where the model has one output, else an object
/// by output name. An output that does not have one entry a row (a mean over the batch, say) cannot
/// be told by rows; then the whole member is left out, and `outputs` alone answers.
final class PredictionsWriter {
    private PredictionsWriter() {}

    static void write(JsonOutput out, List<Tensor> outputs, int rows, boolean nonFiniteAsStrings) {
        if (!outputs.stream().allMatch(output -> hasRows(output, rows))) {
            return;
        }
        var elements =
                outputs.stream()
                        .map(output -> new TensorElements(output, nonFiniteAsStrings))
                        .toList();
        out.name("predictions").startArray();
        for (int row = 0; row < rows; row++) {
            if (outputs.size() == 1) {
                value(out, outputs.getFirst().shape(), 1, elements.getFirst());
            } else {
                out.startObject();
                for (int i = 0; i < outputs.size(); i++) {
                    out.name(outputs.get(i).name());
                    value(out, outputs.get(i).shape(), 1, elements.get(i));
                }
                out.endObject();
            }
        }
        out.endArray();
    }

    private static boolean hasRows(Tensor output, int rows) {
        return output.shape().rank() > 0 && output.shape().axis(0) == rows;
    }

    private static void value(JsonOutput out, Shape shape, int axis, TensorElements elements) {
        if (axis == shape.rank()) {
            elements.next(out);
            return;
        }
        out.startArray();
        for (long i = 0; i < shape.axis(axis); i++) {
            value(out, shape, axis + 1, elements);
        }
        out.endArray();
    }
}
