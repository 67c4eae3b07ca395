package io.matih.inference.engine.onnx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/// A cursor over protobuf's wire format in place: what nobody asks for is skipped, never copied, so
/// that a model's weights stay in the mapped file and a hostile file cannot make the heap grow.
///
/// Whatever this reads differently from the runtime's own parser is a hole in every check, so it
/// follows the encoding's rules (the last value of a singular field wins, lists may be packed) and
/// refuses what no writer makes: groups, oversized tags, a singular message given twice.
final class WireReader {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private static final int MAX_TEXT_BYTES = 1 << 20;
    private static final long MAX_TAG = 0xFFFF_FFFFL;

    private final MemorySegment data;
    private long position;
    private long limit;

    WireReader(MemorySegment data) {
        this.data = data;
        this.limit = data.byteSize();
    }

    /// What to do with one field of a message.
    interface Fields {
        /// @param tag field number times eight, plus wire type
        /// @return whether the field was read; if not, it is skipped
        boolean read(int tag);
    }

    /// Reads fields up to the end of the current message.
    void fields(Fields fields) {
        while (position < limit) {
            long tag = varint();
            if (tag < 0 || tag > MAX_TAG || tag >>> 3 == 0) {
                throw damaged();
            }
            if (!fields.read((int) tag)) {
                skip((int) tag & 7);
            }
        }
    }

    /// Reads a message that is a field of the current one.
    void message(Fields fields) {
        long length = length();
        long outer = limit;
        limit = position + length;
        fields(fields);
        limit = outer;
    }

    long position() {
        return position;
    }

    /// A second reader in the same message, to read a field once more.
    WireReader again(long from) {
        var reader = new WireReader(data);
        reader.position = from;
        reader.limit = limit;
        return reader;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position >= limit) {
                throw damaged();
            }
            byte next = data.get(ValueLayout.JAVA_BYTE, position++);
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw damaged();
    }

    /// How many varints a packed list holds; the list is skipped.
    long packedVarints() {
        long length = length();
        long end = position + length;
        long count = 0;
        while (position < end) {
            if (data.get(ValueLayout.JAVA_BYTE, position++) >= 0) {
                count++;
            }
        }
        return count;
    }

    /// Reads the values of a packed list of varints.
    void packed(LongConsumer values) {
        long length = length();
        long outer = limit;
        limit = position + length;
        while (position < limit) {
            values.accept(varint());
        }
        limit = outer;
    }

    /// Skips a length-delimited field.
    ///
    /// @return its length in bytes
    long skipBytes() {
        long length = length();
        position += length;
        return length;
    }

    void skip(int wireType) {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> skipFixed(8);
            case BYTES -> skipBytes();
            case FIXED32 -> skipFixed(4);
            default -> throw damaged();
        }
    }

    /// A copy of a length-delimited field.
    byte[] bytes() {
        long length = length();
        if (length > MAX_TEXT_BYTES) {
            throw Refusal.limit(
                    "the model file holds a name or description of %d bytes; at most %d are taken"
                            .formatted(length, MAX_TEXT_BYTES));
        }
        var copy = data.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
        position += length;
        return copy;
    }

    String text() {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes())).toString();
        } catch (CharacterCodingException e) {
            throw Refusal.invalid("the model file holds a name that is not UTF-8");
        }
    }

    private void skipFixed(int bytes) {
        if (bytes > limit - position) {
            throw damaged();
        }
        position += bytes;
    }

    private long length() {
        long length = varint();
        if (length < 0 || length > limit - position) {
            throw damaged();
        }
        return length;
    }

    private Malformed damaged() {
        return new Malformed(position);
    }

    /// The bytes are no protobuf message, or only a part of one.
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final long position;

        Malformed(long position) {
            super("malformed protobuf at byte " + position);
            this.position = position;
        }

        long position() {
            return position;
        }
    }
}
