package io.matih.inference.engine.backend.onnxruntime;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import ai.onnxruntime.OrtException;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Copies a run's outputs into the heap, once, after their size was checked.
final class BatchOutputs {
    private final List<TensorSpec> specs;
    private final ClassOrder classes;
    private final long maxBytes;

    /// @param specs the model's outputs
    BatchOutputs(List<TensorSpec> specs, ClassOrder classes, long maxBytes) {
        this.specs = specs;
        this.classes = classes;
        this.maxBytes = maxBytes;
    }

    /// @param wanted places of the outputs that were computed
    List<Tensor> copy(NativeValues values, int[] wanted) throws OrtException {
        var sources = new Source[wanted.length];
        long total = 0;
        for (int i = 0; i < wanted.length; i++) {
            var spec = specs.get(wanted[i]);
            sources[i] = source(spec, values.api(), values.output(i));
            total += sources[i].byteSize();
            if (total > maxBytes) {
                throw tooLarge(spec.name(), sources[i].byteSize(), total);
            }
        }
        var tensors = new Tensor[sources.length];
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = sources[i].copy();
        }
        return List.of(tensors);
    }

    private Source source(TensorSpec spec, NativeApi api, long value) throws OrtException {
        return switch (api.valueType(value)) {
            case NativeApi.TENSOR -> tensor(spec.name(), api, value);
            case NativeApi.SEQUENCE ->
                    new MapSequence(spec.name(), api, value, classes.places(spec));
            default -> throw untransportable(spec.name());
        };
    }

    private static Source tensor(String name, NativeApi api, long value) throws OrtException {
        var type = api.tensorType(value);
        var datatype = OnnxTypes.datatype(type.elementType());
        if (datatype == null) {
            throw untransportable(name);
        }
        return datatype == Datatype.BYTES
                ? new Text(name, value, type.shape(), api.stringsLength(value))
                : new Dense(name, api, value, datatype, type.shape());
    }

    private ServingException tooLarge(String name, long bytes, long total) {
        return new ServingException(
                ErrorCode.OUTPUT_TOO_LARGE,
                "output '%s' has %d bytes, %d with those before it; %d are allowed"
                        .formatted(ServingException.clip(name), bytes, total, maxBytes));
    }

    private static ServingException untransportable(String name) {
        return new ServingException(
                ErrorCode.INFERENCE_FAILED,
                "output '%s' is nothing that a tensor can carry"
                        .formatted(ServingException.clip(name)));
    }

    /// A native output that can become a tensor.
    sealed interface Source permits Dense, Text, MapSequence {
        /// Of the tensor, before it is there.
        long byteSize();

        Tensor copy() throws OrtException;
    }

    private record Dense(String name, NativeApi api, long value, Datatype datatype, Shape shape)
            implements Source {
        @Override
        public long byteSize() {
            return shape.elementCount() * datatype.byteSize();
        }

        @Override
        public Tensor copy() throws OrtException {
            var bytes = new byte[Math.toIntExact(byteSize())];
            // The runtime has no memory to show for no elements.
            if (bytes.length > 0) {
                var data = api.tensorData(value, bytes.length);
                MemorySegment.copy(data, JAVA_BYTE, 0, bytes, 0, bytes.length);
            }
            return new Tensor(name, datatype, shape, MemorySegment.ofArray(bytes));
        }
    }

    private record Text(String name, long value, Shape shape, long length) implements Source {
        @Override
        public long byteSize() {
            return length + 4 * shape.elementCount();
        }

        @Override
        public Tensor copy() throws OrtException {
            int count = Math.toIntExact(shape.elementCount());
            return new Tensor(name, Datatype.BYTES, shape, Strings.read(value, count, length));
        }
    }
}
