package io.matih.inference.engine.onnx;

import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.tensor.Datatype;

import org.jspecify.annotations.Nullable;

/// ONNX's element types, as `TensorProto.DataType` lists them.
enum ElementType {
    FLOAT(DataType.FLOAT, 32, Datatype.FP32),
    UINT8(DataType.UINT8, 8, Datatype.UINT8),
    INT8(DataType.INT8, 8, Datatype.INT8),
    UINT16(DataType.UINT16, 16, Datatype.UINT16),
    INT16(DataType.INT16, 16, Datatype.INT16),
    INT32(DataType.INT32, 32, Datatype.INT32),
    INT64(DataType.INT64, 64, Datatype.INT64),
    STRING(DataType.STRING, 0, Datatype.BYTES),
    BOOL(DataType.BOOL, 8, Datatype.BOOL),
    FLOAT16(DataType.FLOAT16, 16, Datatype.FP16),
    DOUBLE(DataType.DOUBLE, 64, Datatype.FP64),
    UINT32(DataType.UINT32, 32, Datatype.UINT32),
    UINT64(DataType.UINT64, 64, Datatype.UINT64),
    COMPLEX64(DataType.COMPLEX64, 64, null),
    COMPLEX128(DataType.COMPLEX128, 128, null),
    BFLOAT16(DataType.BFLOAT16, 16, Datatype.BF16),
    FLOAT8E4M3FN(DataType.FLOAT8E4M3FN, 8, null),
    FLOAT8E4M3FNUZ(DataType.FLOAT8E4M3FNUZ, 8, null),
    FLOAT8E5M2(DataType.FLOAT8E5M2, 8, null),
    FLOAT8E5M2FNUZ(DataType.FLOAT8E5M2FNUZ, 8, null),
    UINT4(DataType.UINT4, 4, null),
    INT4(DataType.INT4, 4, null),
    FLOAT4E2M1(DataType.FLOAT4E2M1, 4, null),
    FLOAT8E8M0(DataType.FLOAT8E8M0, 8, null),
    UINT2(DataType.UINT2, 2, null),
    INT2(DataType.INT2, 2, null),
    FLOAT6E2M3(DataType.FLOAT6E2M3, 6, null),
    FLOAT6E3M2(DataType.FLOAT6E3M2, 6, null);

    private final int number;
    private final int bits;
    private final @Nullable Datatype datatype;

    ElementType(DataType type, int bits, @Nullable Datatype datatype) {
        this.number = type.getNumber();
        this.bits = bits;
        this.datatype = datatype;
    }

    /// @param what names the tensor in the refusal
    static ElementType of(int number, String what) {
        for (var type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        throw Refusal.invalid("%s has the unknown element type %d".formatted(what, number));
    }

    int number() {
        return number;
    }

    /// @return null for a type that requests cannot carry
    @Nullable Datatype datatype() {
        return datatype;
    }

    boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, INT32, INT64, UINT32, UINT64 -> true;
            default -> false;
        };
    }

    /// Bytes of so many elements, packed as in raw data; 0 for strings.
    ///
    /// @throws ArithmeticException if they do not fit a long
    long byteCount(long elements) {
        return bits < Byte.SIZE
                ? Math.ceilDivExact(Math.multiplyExact(elements, bits), Byte.SIZE)
                : Math.multiplyExact(elements, bits / Byte.SIZE);
    }

    /// How many entries a typed list takes for so many elements.
    ///
    /// @throws ArithmeticException if they do not fit a long
    long valueCount(long elements) {
        return switch (this) {
            case COMPLEX64, COMPLEX128 -> Math.multiplyExact(elements, 2);
            case UINT4, INT4, FLOAT4E2M1, UINT2, INT2, FLOAT6E2M3, FLOAT6E3M2 ->
                    byteCount(elements);
            default -> elements;
        };
    }
}
