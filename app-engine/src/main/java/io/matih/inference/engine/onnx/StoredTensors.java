package io.matih.inference.engine.onnx;

import io.matih.inference.engine.onnx.OnnxModel.DenseForm;
import io.matih.inference.engine.onnx.OnnxModel.OnnxTensor;

import java.util.List;

/// Checks that each stored tensor has exactly the values that its shape takes, and adds them up.
///
/// @param elements weights: elements of all stored tensors and numbers in lists of floats
/// @param bytes what they take in memory, sparse tensors expanded
record StoredTensors(long elements, long bytes) {
    static StoredTensors require(OnnxModel model, OnnxLimits limits) {
        long elements = model.attributeFloats();
        long bytes = Math.multiplyExact(model.attributeFloats(), Float.BYTES);
        for (var tensor : model.tensors()) {
            elements += requireValues(tensor);
            bytes = add(bytes, byteCount(tensor) + tensor.textBytes(), limits);
        }
        for (var sparse : model.sparseTensors()) {
            bytes = add(bytes, denseBytes(sparse), limits);
        }
        return new StoredTensors(elements, add(bytes, 0, limits));
    }

    /// Bytes that the shape of a tensor takes; 0 for strings.
    static long byteCount(OnnxTensor tensor) {
        var type = ElementType.of(tensor.dataType(), "tensor '%s'".formatted(tensor.label()));
        try {
            return type.byteCount(elementCount(tensor.label(), tensor.dims()));
        } catch (ArithmeticException e) {
            throw overflow(tensor.label(), tensor.dims());
        }
    }

    private static long requireValues(OnnxTensor tensor) {
        long elements = elementCount(tensor.label(), tensor.dims());
        long bytes = byteCount(tensor);
        var type = ElementType.of(tensor.dataType(), tensor.label());
        if (type == ElementType.STRING && (tensor.external() || tensor.rawBytes() >= 0)) {
            throw Refusal.invalid(
                    "tensor '%s': strings can only stand in its string_data"
                            .formatted(tensor.label()));
        }
        if (tensor.external()) {
            requireNone(tensor);
        } else if (tensor.rawBytes() < 0) {
            requireEqual(tensor, tensor.values(), type.valueCount(elements), "values");
        } else if (tensor.values() > 0) {
            throw Refusal.invalid(
                    "tensor '%s' has both raw data and a list of values".formatted(tensor.label()));
        } else {
            requireEqual(tensor, tensor.rawBytes(), bytes, "bytes");
        }
        return elements;
    }

    private static void requireNone(OnnxTensor tensor) {
        if (tensor.rawBytes() > 0 || tensor.values() > 0) {
            throw Refusal.invalid(
                    "tensor '%s' has values both in the model file and in external data"
                            .formatted(tensor.label()));
        }
    }

    private static void requireEqual(OnnxTensor tensor, long actual, long expected, String unit) {
        if (actual != expected) {
            throw Refusal.invalid(
                    "tensor '%s' of shape %s takes %d %s, but the file holds %d"
                            .formatted(tensor.label(), tensor.dims(), expected, unit, actual));
        }
    }

    private static long denseBytes(DenseForm sparse) {
        var values = sparse.values();
        try {
            return ElementType.of(values.dataType(), values.label())
                    .byteCount(elementCount(values.label(), sparse.dims()));
        } catch (ArithmeticException e) {
            throw overflow(values.label(), sparse.dims());
        }
    }

    private static long elementCount(String name, List<Long> dims) {
        try {
            long count = 1;
            for (long dim : dims) {
                if (dim < 0) {
                    throw Refusal.invalid(
                            "tensor '%s' has the shape %s: no axis can be negative"
                                    .formatted(name, dims));
                }
                count = Math.multiplyExact(count, dim);
            }
            return count;
        } catch (ArithmeticException e) {
            throw overflow(name, dims);
        }
    }

    private static long add(long sum, long bytes, OnnxLimits limits) {
        if (bytes > limits.maxWeightBytes() - sum) {
            throw Refusal.limit(
                    "the model's weights take more than %d bytes"
                            .formatted(limits.maxWeightBytes()));
        }
        return sum + bytes;
    }

    private static RuntimeException overflow(String name, List<Long> dims) {
        return Refusal.invalid(
                "tensor '%s' has the shape %s, which no machine can hold".formatted(name, dims));
    }
}
