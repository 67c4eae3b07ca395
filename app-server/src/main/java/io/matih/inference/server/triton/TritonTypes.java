package io.matih.inference.server.triton;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.server.proto.DataType;

import java.util.Optional;

/// The same element types by two names: `TYPE_FP32` in configurations, `FP32` on the wire.
final class TritonTypes {
    private TritonTypes() {}

    static DataType of(Datatype datatype) {
        return switch (datatype) {
            case BOOL -> DataType.TYPE_BOOL;
            case UINT8 -> DataType.TYPE_UINT8;
            case UINT16 -> DataType.TYPE_UINT16;
            case UINT32 -> DataType.TYPE_UINT32;
            case UINT64 -> DataType.TYPE_UINT64;
            case INT8 -> DataType.TYPE_INT8;
            case INT16 -> DataType.TYPE_INT16;
            case INT32 -> DataType.TYPE_INT32;
            case INT64 -> DataType.TYPE_INT64;
            case FP16 -> DataType.TYPE_FP16;
            case FP32 -> DataType.TYPE_FP32;
            case FP64 -> DataType.TYPE_FP64;
            case BF16 -> DataType.TYPE_BF16;
            case BYTES -> DataType.TYPE_STRING;
        };
    }

    /// Empty where the configuration does not say.
    static Optional<Datatype> of(DataType type) {
        for (var datatype : Datatype.values()) {
            if (of(datatype) == type) {
                return Optional.of(datatype);
            }
        }
        return Optional.empty();
    }
}
