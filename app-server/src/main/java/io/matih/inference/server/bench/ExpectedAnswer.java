package io.matih.inference.server.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;

/// The right answers to a request, as bodies of JSON or with binary numbers behind it. What `meta`
/// says differs from answer to answer, and numbers may differ in their last digits: a runtime adds
/// in another order when the batch is larger. Everything else must be the same, byte for byte. Any
/// thread.
public final class ExpectedAnswer {
    private static final byte[] META = "\"meta\":".getBytes(StandardCharsets.US_ASCII);

    /// So many spellings are remembered, which spares reading their numbers again.
    private static final int MOST_SPELLINGS = 64;

    private final List<byte[]> right;
    private final BiPredicate<byte[], byte[]> same;
    private volatile byte[][] known;

    private ExpectedAnswer(List<byte[]> right, BiPredicate<byte[], byte[]> same) {
        this.right = right;
        this.same = same;
        this.known = right.toArray(byte[][]::new);
    }

    /// @param bodies one of them must come
    public static ExpectedAnswer of(byte[]... bodies) {
        return new ExpectedAnswer(
                Arrays.stream(bodies)
                        .map(body -> Arrays.copyOf(body, compared(body, 0, body.length)))
                        .toList(),
                SameNumbers::in);
    }

    /// JSON without `meta`, and little-endian `FP32` behind it.
    ///
    /// @param jsonBytes how much of the body is JSON
    public static ExpectedAnswer ofFloats(byte[] body, int jsonBytes) {
        return new ExpectedAnswer(
                List.of(body.clone()), (left, right) -> sameFloats(left, right, jsonBytes));
    }

    private static boolean sameFloats(byte[] left, byte[] right, int jsonBytes) {
        if (left.length != right.length
                || !Arrays.equals(left, 0, jsonBytes, right, 0, jsonBytes)) {
            return false;
        }
        var numbers = ByteBuffer.wrap(left).order(ByteOrder.LITTLE_ENDIAN);
        var others = ByteBuffer.wrap(right).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = jsonBytes; at + Float.BYTES <= left.length; at += Float.BYTES) {
            if (!SameNumbers.near(numbers.getFloat(at), others.getFloat(at))) {
                return false;
            }
        }
        return true;
    }

    boolean accepts(byte[] bytes, int from, int to) {
        for (var spelling : known) {
            if (begins(bytes, from, to, spelling)) {
                return true;
            }
        }
        int end = from + compared(bytes, from, to);
        var answer = Arrays.copyOfRange(bytes, from, end);
        for (var body : right) {
            if (same.test(answer, body)) {
                remember(answer);
                return true;
            }
        }
        return false;
    }

    /// Without `meta` the whole body is the spelling; with it, all before it, its name included.
    private static boolean begins(byte[] bytes, int from, int to, byte[] spelling) {
        int end = from + spelling.length;
        return end <= to
                && (end == to || endsWithMeta(spelling))
                && Arrays.equals(bytes, from, end, spelling, 0, spelling.length);
    }

    private static boolean endsWithMeta(byte[] spelling) {
        int from = spelling.length - META.length;
        return from >= 0 && Arrays.equals(spelling, from, spelling.length, META, 0, META.length);
    }

    /// How much of a body is compared.
    private static int compared(byte[] bytes, int from, int to) {
        for (int at = from; at <= to - META.length; at++) {
            if (Arrays.equals(bytes, at, at + META.length, META, 0, META.length)) {
                return at + META.length - from;
            }
        }
        return to - from;
    }

    private synchronized void remember(byte[] spelling) {
        if (known.length < MOST_SPELLINGS) {
            var more = Arrays.copyOf(known, known.length + 1);
            more[known.length] = spelling;
            known = more;
        }
    }
}
