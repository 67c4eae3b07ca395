package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The smallest input a model may be tried with: axes of any length are 1, all elements zero or
/// empty.
final class Zeros {
    private Zeros() {}

    static Tensor of(TensorSpec spec) {
        var axes = Arrays.stream(spec.shape().toArray()).map(axis -> axis < 0 ? 1 : axis).toArray();
        var shape = Shape.of(axes);
        // An empty string is four bytes of length.
        int size = spec.datatype() == Datatype.BYTES ? 4 : spec.datatype().byteSize();
        var bytes = new byte[Math.toIntExact(Math.multiplyExact(shape.elementCount(), (long) size))];
        return new Tensor(spec.name(), spec.datatype(), shape, MemorySegment.ofArray(bytes));
    }
}
