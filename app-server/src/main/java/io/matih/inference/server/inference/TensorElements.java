package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Base64;

/// Writes a tensor's elements one after the other, in row-major order. One thread.
final class TensorElements {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Tensor tensor;
    private final MemorySegment data;
    private final boolean nonFiniteAsStrings;
    private long index;
    private long offset;

    TensorElements(Tensor tensor, boolean nonFiniteAsStrings) {
        this.tensor = tensor;
        this.data = tensor.data();
        this.nonFiniteAsStrings = nonFiniteAsStrings;
    }

    void next(JsonOutput out) {
        switch (tensor.datatype()) {
            case BOOL -> out.bool(data.get(ValueLayout.JAVA_BYTE, offset) != 0);
            case UINT8 -> out.number(data.get(ValueLayout.JAVA_BYTE, offset) & 0xFF);
            case UINT16 -> out.number(data.get(SHORT, offset) & 0xFFFF);
            case UINT32 -> out.number(Integer.toUnsignedLong(data.get(INT, offset)));
            case UINT64 -> out.unsigned(data.get(LONG, offset));
            case INT8 -> out.number((long) data.get(ValueLayout.JAVA_BYTE, offset));
            case INT16 -> out.number((long) data.get(SHORT, offset));
            case INT32 -> out.number((long) data.get(INT, offset));
            case INT64 -> out.number(data.get(LONG, offset));
            case FP16, BF16 ->
                    number(out, SmallFloat.of(tensor.datatype()).toFloat(data.get(SHORT, offset)));
            case FP32 -> number(out, Float.intBitsToFloat(data.get(INT, offset)));
            case FP64 -> number(out, Double.longBitsToDouble(data.get(LONG, offset)));
            case BYTES -> bytes(out);
        }
        offset += tensor.datatype().byteSize();
        index++;
    }

    private void number(JsonOutput out, float value) {
        if (Float.isFinite(value)) {
            out.number(value);
        } else {
            special(out, Float.toString(value));
        }
    }

    private void number(JsonOutput out, double value) {
        if (Double.isFinite(value)) {
            out.number(value);
        } else {
            special(out, Double.toString(value));
        }
    }

    private void special(JsonOutput out, String name) {
        if (!nonFiniteAsStrings) {
            throw nonFinite(tensor.name(), index, name);
        }
        out.string(name);
    }

    private void bytes(JsonOutput out) {
        var element = new byte[data.get(Tensor.LENGTH, offset)];
        MemorySegment.copy(
                data, ValueLayout.JAVA_BYTE, offset + Integer.BYTES, element, 0, element.length);
        if (Utf8.isValid(element, 0, element.length)) {
            out.string(element);
        } else {
            out.startObject()
                    .name(BytesReader.BASE64)
                    .string(Base64.getEncoder().encode(element))
                    .endObject();
        }
        offset += Integer.BYTES + element.length;
    }

    static ServingException nonFinite(String output, long index, String value) {
        return new ServingException(
                ErrorCode.NON_FINITE_OUTPUT,
                "output '%s' holds %s at %d, which has no form in JSON; parameters.non_finite"
                                .formatted(ServingException.clip(output), value, index)
                        + " \"string\" asks for a string",
                new ErrorDetail("outputs." + ServingException.clip(output), "a number", value));
    }
}
