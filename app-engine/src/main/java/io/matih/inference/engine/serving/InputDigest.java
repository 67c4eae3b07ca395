package io.matih.inference.engine.serving;

import io.matih.inference.engine.tensor.Tensor;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The SHA-256 of everything that an answer depends on: names, datatypes, shapes and bytes of the
/// inputs, whatever their order, and the names of the outputs wanted. Nobody can find two requests
/// that share one, so nobody gets another's answer.
record InputDigest(long first, long second, long third, long fourth) {
    static InputDigest of(List<Tensor> inputs, Set<String> outputs) {
        var sha256 = sha256();
        sha256.update(
                ByteBuffer.allocate(2 * Integer.BYTES)
                        .putInt(inputs.size())
                        .putInt(outputs.size())
                        .flip());
        inputs.stream()
                .sorted((left, right) -> left.name().compareTo(right.name()))
                .forEach(input -> add(sha256, input));
        new TreeSet<>(outputs).forEach(name -> add(sha256, name));
        var digest = ByteBuffer.wrap(sha256.digest());
        return new InputDigest(
                digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    }

    private static void add(MessageDigest sha256, Tensor input) {
        add(sha256, input.name());
        add(sha256, input.datatype().name());
        var axes = input.shape().toArray();
        var head =
                ByteBuffer.allocate(Integer.BYTES + Long.BYTES * (axes.length + 1))
                        .putInt(axes.length);
        for (long axis : axes) {
            head.putLong(axis);
        }
        sha256.update(head.putLong(input.data().byteSize()).flip());
        var data = input.data();
        for (long offset = 0; offset < data.byteSize(); offset += Integer.MAX_VALUE) {
            long count = Math.min(Integer.MAX_VALUE, data.byteSize() - offset);
            sha256.update(data.asSlice(offset, count).asByteBuffer());
        }
    }

    /// Its length goes first, so that no name can pass for the end of another.
    private static void add(MessageDigest sha256, String name) {
        var bytes = name.getBytes(StandardCharsets.UTF_8);
        sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        sha256.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
