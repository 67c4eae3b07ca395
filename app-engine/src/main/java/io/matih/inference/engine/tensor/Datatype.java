package io.matih.inference.engine.tensor;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// An element type, by its name in the Open Inference Protocol.
public enum Datatype {
    BOOL(1),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    FP16(2),
    FP32(4),
    FP64(8),
    BF16(2),
    /// Strings or blobs; each element a 4-byte little-endian length and that many bytes.
    BYTES(0);

    private static final List<Datatype> ALL = List.of(values());
    private static final String NAMES =
            Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "));

    private final int byteSize;

    Datatype(int byteSize) {
        this.byteSize = byteSize;
    }

    /// Bytes of one element; 0 for `BYTES`, whose elements differ.
    public int byteSize() {
        return byteSize;
    }

    public boolean isFloating() {
        return this == FP16 || this == FP32 || this == FP64 || this == BF16;
    }

    /// @param field where the name stands in the request, asked for only for an error
    /// @throws ServingException `INVALID_DTYPE`, listing the names there are
    public static Datatype of(String name, Supplier<String> field) {
        for (var datatype : ALL) {
            if (datatype.name().equals(name)) {
                return datatype;
            }
        }
        var path = field.get();
        throw new ServingException(
                ErrorCode.INVALID_DTYPE,
                "%s: unknown datatype '%s'; one of %s"
                        .formatted(path, ServingException.clip(name), NAMES),
                new ErrorDetail(path, NAMES, ServingException.clip(name)));
    }
}
