package io.matih.inference.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.server.inference.BinaryTensors;
import io.matih.inference.server.proto.InferTensorContents;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/// Tensors whose elements came as typed fields, which the engine takes as little-endian bytes.
final class TypedContents {
    private TypedContents() {}

    /// @param field where it stands in the request: `inputs[0].contents`
    /// @param count how many elements the shape has
    /// @throws ServingException `MALFORMED_REQUEST` for elements in another field than the
    ///   datatype's, `INVALID_DTYPE` for a datatype that has none, `INVALID_SHAPE` for another
    ///   number of them, `OUT_OF_RANGE`
    static MemorySegment read(
            String field, Datatype datatype, long count, InferTensorContents contents) {
        int wanted = fieldNumber(field, datatype);
        requireOnly(field, datatype, wanted, contents);
        int given =
                contents.getRepeatedFieldCount(
                        InferTensorContents.getDescriptor().findFieldByNumber(wanted));
        if (given != count) {
            throw Faults.wrong(
                    ErrorCode.INVALID_SHAPE,
                    field,
                    "%d elements of %s".formatted(count, datatype),
                    Integer.toString(given));
        }
        if (datatype == Datatype.BYTES) {
            return BinaryTensors.join(
                    contents.getBytesContentsList().stream()
                            .map(ByteString::asReadOnlyByteBuffer)
                            .toList());
        }
        var bytes = new byte[Math.multiplyExact(given, datatype.byteSize())];
        write(field, datatype, given, contents, bytes);
        return MemorySegment.ofArray(bytes);
    }

    private static int fieldNumber(String field, Datatype datatype) {
        return switch (datatype) {
            case BOOL -> InferTensorContents.BOOL_CONTENTS_FIELD_NUMBER;
            case INT8, INT16, INT32 -> InferTensorContents.INT_CONTENTS_FIELD_NUMBER;
            case INT64 -> InferTensorContents.INT64_CONTENTS_FIELD_NUMBER;
            case UINT8, UINT16, UINT32 -> InferTensorContents.UINT_CONTENTS_FIELD_NUMBER;
            case UINT64 -> InferTensorContents.UINT64_CONTENTS_FIELD_NUMBER;
            case FP32 -> InferTensorContents.FP32_CONTENTS_FIELD_NUMBER;
            case FP64 -> InferTensorContents.FP64_CONTENTS_FIELD_NUMBER;
            case BYTES -> InferTensorContents.BYTES_CONTENTS_FIELD_NUMBER;
            case FP16, BF16 ->
                    throw Faults.wrong(
                            ErrorCode.INVALID_DTYPE,
                            field,
                            "%s in raw_input_contents, for it has no typed form"
                                    .formatted(datatype),
                            "contents");
        };
    }

    private static void requireOnly(
            String field, Datatype datatype, int wanted, InferTensorContents contents) {
        Set<FieldDescriptor> others =
                contents.getAllFields().keySet().stream()
                        .filter(other -> other.getNumber() != wanted)
                        .collect(Collectors.toSet());
        if (!others.isEmpty()) {
            throw Faults.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    field,
                    "elements of %s in %s alone"
                            .formatted(
                                    datatype,
                                    InferTensorContents.getDescriptor()
                                            .findFieldByNumber(wanted)
                                            .getName()),
                    names(others));
        }
    }

    private static String names(Collection<FieldDescriptor> fields) {
        return fields.stream()
                .map(FieldDescriptor::getName)
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static void write(
            String field, Datatype datatype, int count, InferTensorContents from, byte[] bytes) {
        var to = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (datatype) {
                case BOOL -> to.put((byte) (from.getBoolContents(i) ? 1 : 0));
                case INT8 -> to.put((byte) signed(field, datatype, i, from.getIntContents(i)));
                case INT16 ->
                        to.putShort((short) signed(field, datatype, i, from.getIntContents(i)));
                case INT32 -> to.putInt(from.getIntContents(i));
                case INT64 -> to.putLong(from.getInt64Contents(i));
                case UINT8 -> to.put((byte) unsigned(field, datatype, i, from.getUintContents(i)));
                case UINT16 ->
                        to.putShort((short) unsigned(field, datatype, i, from.getUintContents(i)));
                case UINT32 -> to.putInt(from.getUintContents(i));
                case UINT64 -> to.putLong(from.getUint64Contents(i));
                case FP32 -> to.putFloat(from.getFp32Contents(i));
                case FP64 -> to.putDouble(from.getFp64Contents(i));
                case FP16, BF16, BYTES -> throw new IllegalStateException(datatype.name());
            }
        }
    }

    private static int signed(String field, Datatype datatype, int index, int value) {
        int unused = Integer.SIZE - datatype.byteSize() * Byte.SIZE;
        if (value << unused >> unused != value) {
            throw outOfRange(field, datatype, index, Integer.toString(value));
        }
        return value;
    }

    private static int unsigned(String field, Datatype datatype, int index, int value) {
        if (value >>> (datatype.byteSize() * Byte.SIZE) != 0) {
            throw outOfRange(field, datatype, index, Integer.toUnsignedString(value));
        }
        return value;
    }

    private static ServingException outOfRange(
            String field, Datatype datatype, int index, String value) {
        return Faults.wrong(
                ErrorCode.OUT_OF_RANGE,
                "%s[%d]".formatted(field, index),
                "a number that %s holds".formatted(datatype),
                value);
    }
}
