package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Copies a result into the heap, once, after its size was checked.
final class BatchOutputs {
    private final List<TensorSpec> specs;
    private final ClassLabels labels;
    private final long maxBytes;

    /// @param specs the outputs that were asked for, in the result's order
    BatchOutputs(List<TensorSpec> specs, ClassLabels labels, long maxBytes) {
        this.specs = specs;
        this.labels = labels;
        this.maxBytes = maxBytes;
    }

    List<Tensor> copy(OrtSession.Result result) throws OrtException {
        var sources = new ArrayList<Source>(specs.size());
        long total = 0;
        for (int i = 0; i < specs.size(); i++) {
            var source = source(specs.get(i), result.get(i));
            total += source.byteSize();
            if (total > maxBytes) {
                throw tooLarge(specs.get(i).name(), source.byteSize(), total);
            }
            sources.add(source);
        }
        var tensors = new ArrayList<Tensor>(sources.size());
        for (var source : sources) {
            tensors.add(source.copy());
        }
        return tensors;
    }

    private Source source(TensorSpec spec, OnnxValue value) throws OrtException {
        if (value instanceof OnnxTensor tensor) {
            return tensorSource(spec.name(), tensor);
        }
        if (value instanceof OnnxSequence sequence) {
            var maps = new MapSequence(spec.name(), sequence, labels.places(spec));
            return new Source(maps.byteSize(), maps::copy);
        }
        throw untransportable(spec.name());
    }

    private static Source tensorSource(String name, OnnxTensor tensor) throws OrtException {
        var info = tensor.getInfo();
        var datatype = OnnxTypes.datatype(info.onnxType);
        if (datatype == null) {
            throw untransportable(name);
        }
        var shape = Shape.of(info.getShape());
        if (datatype == Datatype.BYTES) {
            return new Source(
                    Strings.byteSize(tensor),
                    () -> new Tensor(name, datatype, shape, Strings.fromNative(tensor)));
        }
        return new Source(
                info.getNumElements() * datatype.byteSize(),
                () -> new Tensor(name, datatype, shape, bytes(tensor)));
    }

    private static MemorySegment bytes(OnnxTensor tensor) {
        // The runtime has no memory to show for no elements.
        return tensor.getInfo().getNumElements() == 0
                ? MemorySegment.ofArray(new byte[0])
                : MemorySegment.ofArray(tensor.getByteBuffer().array());
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

    private record Source(long byteSize, Copy copier) {
        Tensor copy() throws OrtException {
            return copier.tensor();
        }
    }

    private interface Copy {
        Tensor tensor() throws OrtException;
    }
}
