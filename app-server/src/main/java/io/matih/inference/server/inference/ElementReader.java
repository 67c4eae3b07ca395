package io.matih.inference.server.inference;

import io.matih.inference.engine.tensor.Datatype;

/// Reads one element of a tensor from the current JSON value, refusing every coercion.
interface ElementReader {
    void read(JsonInput in, ElementBuffer target);

    /// Reads on in the same array as long as it is as plain as can be, that is by numbers.
    ///
    /// @param most elements to read
    /// @return how many were read; the last of them is the current value then
    default long readOn(JsonInput in, ElementBuffer target, long most) {
        return 0;
    }

    static ElementReader of(Datatype datatype, NonFiniteText nonFinite) {
        return switch (datatype) {
            case BOOL -> new BoolReader();
            case UINT8 -> new IntegerReader(datatype, 0, (1 << 8) - 1);
            case UINT16 -> new IntegerReader(datatype, 0, (1 << 16) - 1);
            case UINT32 -> new IntegerReader(datatype, 0, (1L << 32) - 1);
            case UINT64 -> new UnsignedLongReader();
            case INT8 -> new IntegerReader(datatype, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case INT16 -> new IntegerReader(datatype, Short.MIN_VALUE, Short.MAX_VALUE);
            case INT32 -> new IntegerReader(datatype, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case INT64 -> new IntegerReader(datatype, Long.MIN_VALUE, Long.MAX_VALUE);
            case FP16, FP32, FP64, BF16 -> new FloatingReader(datatype, nonFinite);
            case BYTES -> new BytesReader();
        };
    }
}
