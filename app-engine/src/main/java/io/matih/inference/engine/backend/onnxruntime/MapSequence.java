package io.matih.inference.engine.backend.onnxruntime;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxSequence;
import ai.onnxruntime.OrtException;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;

/// A sequence of maps from class to probability, one map a row, as a tensor `[rows, classes]`.
final class MapSequence {
    private final String name;
    private final MemorySegment address;
    private final int[] places;
    private final int rows;

    /// @param places for each class in the model's order its place among the sorted keys
    MapSequence(String name, OnnxSequence sequence, int[] places) throws OrtException {
        if (!sequence.getInfo().isSequenceOfMaps()
                || sequence.getInfo().mapInfo.valueType != OnnxJavaType.FLOAT) {
            throw new ServingException(
                    ErrorCode.INFERENCE_FAILED,
                    "output '%s' is a sequence that no tensor can carry"
                            .formatted(ServingException.clip(name)));
        }
        this.name = name;
        this.address = RuntimeInternals.address(sequence);
        this.places = places;
        this.rows = Math.toIntExact(NativeApi.valueCount(address));
    }

    long byteSize() {
        return (long) rows * places.length * Float.BYTES;
    }

    Tensor copy() throws OrtException {
        var copied = MemorySegment.ofArray(new byte[Math.toIntExact(byteSize())]);
        var allocator = NativeApi.defaultAllocator();
        for (int row = 0; row < rows; row++) {
            var map = NativeApi.value(address, row, allocator);
            try {
                copyRow(map, row, copied, allocator);
            } finally {
                NativeApi.release(map);
            }
        }
        return new Tensor(name, Datatype.FP32, Shape.of(rows, places.length), copied);
    }

    private void copyRow(
            MemorySegment map, int row, MemorySegment into, MemorySegment allocator)
            throws OrtException {
        var values = NativeApi.value(map, 1, allocator);
        try {
            var floats = NativeApi.tensorData(values, Float.BYTES);
            if (floats.byteSize() != (long) places.length * Float.BYTES) {
                throw new ServingException(
                        ErrorCode.INFERENCE_FAILED,
                        "output '%s': row %d has %d classes, not %d"
                                .formatted(
                                        ServingException.clip(name),
                                        row,
                                        floats.byteSize() / Float.BYTES,
                                        places.length));
            }
            for (int i = 0; i < places.length; i++) {
                into.setAtIndex(
                        JAVA_FLOAT_UNALIGNED,
                        (long) row * places.length + i,
                        floats.getAtIndex(JAVA_FLOAT, places[i]));
            }
        } finally {
            NativeApi.release(values);
        }
    }
}
