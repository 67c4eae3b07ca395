package io.matih.inference.server.inference;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Tensor elements as they are read: little-endian bytes that grow. One thread.
final class ElementBuffer {
    private static final VarHandle SHORT = view(short[].class);
    private static final VarHandle INT = view(int[].class);
    private static final VarHandle LONG = view(long[].class);
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private byte[] bytes;
    private int size;

    ElementBuffer(int capacity) {
        bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    void putByte(byte value) {
        reserve(Byte.BYTES);
        bytes[size++] = value;
    }

    void putShort(short value) {
        reserve(Short.BYTES);
        SHORT.set(bytes, size, value);
        size += Short.BYTES;
    }

    void putInt(int value) {
        reserve(Integer.BYTES);
        INT.set(bytes, size, value);
        size += Integer.BYTES;
    }

    void putLong(long value) {
        reserve(Long.BYTES);
        LONG.set(bytes, size, value);
        size += Long.BYTES;
    }

    void putBytes(byte[] value) {
        putBytes(value, value.length);
    }

    void putAll(ElementBuffer other) {
        putBytes(other.bytes, other.size);
    }

    void putAll(ByteBuffer other) {
        int length = other.remaining();
        reserve(length);
        other.get(other.position(), bytes, size, length);
        size += length;
    }

    void clear() {
        size = 0;
    }

    /// Replaces four bytes written before.
    void setInt(int at, int value) {
        INT.set(bytes, at, value);
    }

    MemorySegment toSegment() {
        return MemorySegment.ofArray(bytes).asSlice(0, size);
    }

    private void putBytes(byte[] value, int length) {
        reserve(length);
        System.arraycopy(value, 0, bytes, size, length);
        size += length;
    }

    private void reserve(int count) {
        if (count > bytes.length - size) {
            long wanted = Math.max((long) size + count, bytes.length * 2L);
            bytes = Arrays.copyOf(bytes, (int) Math.min(LARGEST, wanted));
        }
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }
}
