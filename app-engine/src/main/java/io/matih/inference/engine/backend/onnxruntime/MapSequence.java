package io.matih.inference.engine.backend.onnxruntime;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import ai.onnxruntime.OrtException;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;

/// A sequence of maps from class to probability, one map a row, as a tensor `[rows, classes]`.
final class MapSequence implements BatchOutputs.Source {
    private final String name;
    private final NativeApi api;
    private final long address;
    private final int[] places;
    private final int rows;

    /// @param places for each class in the model's order its place among the sorted keys
    MapSequence(String name, NativeApi api, long address, int[] places) throws OrtException {
        this.name = name;
        this.api = api;
        this.address = address;
        this.places = places;
        this.rows = Math.toIntExact(api.valueCount(address));
    }

    @Override
    public long byteSize() {
        return (long) rows * places.length * Float.BYTES;
    }

    @Override
    public Tensor copy() throws OrtException {
        var copied = MemorySegment.ofArray(new byte[Math.toIntExact(byteSize())]);
        for (int row = 0; row < rows; row++) {
            long map = api.value(address, row);
            try {
                copyRow(map, row, copied);
            } finally {
                NativeApi.release(map);
            }
        }
        return new Tensor(name, Datatype.FP32, Shape.of(rows, places.length), copied);
    }

    private void copyRow(long map, int row, MemorySegment into) throws OrtException {
        if (api.valueType(map) != NativeApi.MAP) {
            throw unlike("is a sequence that no tensor can carry");
        }
        long values = api.value(map, 1);
        try {
            copyValues(values, row, into);
        } finally {
            NativeApi.release(values);
        }
    }

    private void copyValues(long values, int row, MemorySegment into) throws OrtException {
        var type = api.tensorType(values);
        if (OnnxTypes.datatype(type.elementType()) != Datatype.FP32) {
            throw unlike("is a sequence that no tensor can carry");
        }
        long classes = type.shape().elementCount();
        if (classes != places.length) {
            throw unlike("row %d has %d classes, not %d".formatted(row, classes, places.length));
        }
        var floats = api.tensorData(values, classes * Float.BYTES);
        for (int i = 0; i < places.length; i++) {
            into.setAtIndex(
                    JAVA_FLOAT_UNALIGNED,
                    (long) row * places.length + i,
                    floats.getAtIndex(JAVA_FLOAT, places[i]));
        }
    }

    private ServingException unlike(String how) {
        return new ServingException(
                ErrorCode.INFERENCE_FAILED,
                "output '%s': %s".formatted(ServingException.clip(name), how));
    }
}
