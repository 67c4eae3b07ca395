package io.matih.inference.engine.batching;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What requests must have in common to be executed together: the same inputs, alike in everything
/// but their number of rows, and the same outputs wanted.
///
/// @param outputs empty for all
record BatchKey(List<Input> inputs, Set<String> outputs) {
    static BatchKey of(List<Tensor> tensors, Set<String> outputs) {
        var inputs = new ArrayList<Input>(tensors.size());
        for (var tensor : tensors) {
            var shape = tensor.shape();
            inputs.add(
                    new Input(
                            tensor.name(),
                            tensor.datatype(),
                            shape.rank() == 0 ? shape : shape.withAxis(0, 0)));
        }
        return new BatchKey(inputs, outputs);
    }

    /// @param row the shape with its first axis set to 0
    record Input(String name, Datatype datatype, Shape row) {}
}
