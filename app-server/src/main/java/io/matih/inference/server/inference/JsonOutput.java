package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// JSON as it is written: UTF-8 bytes that grow, commas put where they belong. One thread; may be
/// used again after `clear`.
public final class JsonOutput {
    private static final int LARGEST = Integer.MAX_VALUE - 8;
    private static final int ESCAPE_LENGTH = 6;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final StringBuilder digits = new StringBuilder();
    private byte[] bytes;
    private int size;

    public JsonOutput(int capacity) {
        bytes = new byte[Math.max(ESCAPE_LENGTH, capacity)];
    }

    public void clear() {
        size = 0;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    public JsonOutput startObject() {
        return open('{');
    }

    public JsonOutput endObject() {
        put('}');
        return this;
    }

    public JsonOutput startArray() {
        return open('[');
    }

    public JsonOutput endArray() {
        put(']');
        return this;
    }

    public JsonOutput name(String name) {
        string(name);
        put(':');
        return this;
    }

    public JsonOutput string(String value) {
        return plain(value) ? this : string(value.getBytes(StandardCharsets.UTF_8));
    }

    /// Writes a string of which every character stands for itself, as nearly all names do.
    ///
    /// @return whether it is one; nothing has been written otherwise
    private boolean plain(String value) {
        int length = value.length();
        int before = size;
        separate();
        reserve(length + 2L);
        int at = size;
        bytes[at++] = '"';
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                size = before;
                return false;
            }
            bytes[at++] = (byte) c;
        }
        bytes[at++] = '"';
        size = at;
        return true;
    }

    /// @param utf8 valid UTF-8
    public JsonOutput string(byte[] utf8) {
        separate();
        reserve(utf8.length + 2L);
        bytes[size++] = '"';
        for (byte b : utf8) {
            if (b >= 0 && (b < ' ' || b == '"' || b == '\\')) {
                escape(b);
            } else {
                put(b);
            }
        }
        put('"');
        return this;
    }

    public JsonOutput bool(boolean value) {
        return literal(Boolean.toString(value));
    }

    public JsonOutput number(long value) {
        digits.setLength(0);
        digits.append(value);
        return literal(digits);
    }

    public JsonOutput unsigned(long value) {
        return value >= 0 ? number(value) : literal(Long.toUnsignedString(value));
    }

    /// The shortest digits that read back as the same float. Finite values only.
    public JsonOutput number(float value) {
        digits.setLength(0);
        digits.append(value);
        return literal(digits);
    }

    /// The shortest digits that read back as the same double. Finite values only.
    public JsonOutput number(double value) {
        digits.setLength(0);
        digits.append(value);
        return literal(digits);
    }

    private JsonOutput literal(CharSequence ascii) {
        separate();
        int length = ascii.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            bytes[size + i] = (byte) ascii.charAt(i);
        }
        size += length;
        return this;
    }

    private JsonOutput open(char bracket) {
        separate();
        put(bracket);
        return this;
    }

    private void separate() {
        if (size > 0) {
            byte last = bytes[size - 1];
            if (last != '{' && last != '[' && last != ':') {
                put(',');
            }
        }
    }

    private void escape(byte character) {
        reserve(ESCAPE_LENGTH);
        bytes[size++] = '\\';
        switch (character) {
            case '"', '\\' -> bytes[size++] = character;
            case '\n' -> bytes[size++] = 'n';
            case '\r' -> bytes[size++] = 'r';
            case '\t' -> bytes[size++] = 't';
            default -> {
                bytes[size++] = 'u';
                bytes[size++] = '0';
                bytes[size++] = '0';
                bytes[size++] = HEX[character >> 4];
                bytes[size++] = HEX[character & 0xF];
            }
        }
    }

    private void put(int character) {
        reserve(1);
        bytes[size++] = (byte) character;
    }

    private void reserve(long count) {
        if (count > bytes.length - size) {
            if (count > LARGEST - size) {
                throw new ServingException(
                        ErrorCode.OUTPUT_TOO_LARGE,
                        "the answer takes more than %d bytes as JSON".formatted(LARGEST));
            }
            long wanted = Math.max(size + count, bytes.length * 2L);
            bytes = Arrays.copyOf(bytes, (int) Math.min(LARGEST, wanted));
        }
    }
}
