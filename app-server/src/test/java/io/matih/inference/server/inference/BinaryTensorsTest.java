package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Random tensors in binary, whole and damaged. A failure names its seed.
class BinaryTensorsTest {
    private static final int RUNS = 500;

    private static Tensor read(Datatype datatype, Shape shape, byte[] bytes) {
        return BinaryTensors.read(
                () -> "inputs[0]", "x", datatype, shape, MemorySegment.ofArray(bytes));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsATensorReadsAsThatTensor(Datatype datatype) {
        for (int seed = 0; seed < RUNS; seed++) {
            var tensor = new RandomTensors(new Random(seed)).tensor(datatype);
            var bytes = Calls.bytes(tensor);
            var read = read(datatype, tensor.shape(), bytes);
            assertThat(Calls.bytes(read)).as("seed " + seed).isEqualTo(bytes);
            assertThat(read.shape()).as("seed " + seed).isEqualTo(tensor.shape());
        }
    }

    @Test
    void nothingIsCopied() {
        var bytes = new byte[] {0, 0, 0, 0};
        var tensor = read(Datatype.INT32, Shape.of(1), bytes);
        bytes[0] = 5;
        assertThat(Calls.bytes(tensor)).startsWith(5);
    }

    @ParameterizedTest
    @EnumSource
    void anotherNumberOfBytesIsRefused(Datatype datatype) {
        for (int seed = 0; seed < RUNS; seed++) {
            var random = new Random(seed);
            var tensor = new RandomTensors(random).tensor(datatype);
            var bytes = Calls.bytes(tensor);
            int other = bytes.length + 1 + random.nextInt(9);
            if (bytes.length > 0 && random.nextBoolean()) {
                other = random.nextInt(bytes.length);
            }
            var changed = Arrays.copyOf(bytes, other);
            assertThatThrownBy(() -> read(datatype, tensor.shape(), changed))
                    .as("seed %d, %d to %d bytes", seed, bytes.length, other)
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.BINARY_SIZE));
        }
    }

    /// Whatever the bytes are, it is a tensor or one of two codes, and never reads outside.
    @ParameterizedTest
    @EnumSource(names = {"BYTES", "BOOL"})
    void randomBytesAreReadOrRefused(Datatype datatype) {
        int refused = 0;
        for (int seed = 0; seed < RUNS * 20; seed++) {
            var random = new Random(seed);
            var bytes = new byte[random.nextInt(24)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(3));
            }
            try {
                read(datatype, Shape.of(random.nextInt(5), 1 + random.nextInt(3)), bytes);
            } catch (ServingException e) {
                refused++;
                assertThat(e.code())
                        .as("seed " + seed)
                        .isIn(ErrorCode.BINARY_SIZE, ErrorCode.OUT_OF_RANGE);
            }
        }
        assertThat(refused).isBetween(1, RUNS * 20 - 1);
    }

    @Test
    void aBoolIs0Or1WhereverItStands() {
        for (int length = 1; length < 20; length++) {
            for (int at = 0; at < length; at++) {
                var bytes = new byte[length];
                bytes[at] = 1;
                read(Datatype.BOOL, Shape.of(length), bytes);
                for (int wrong : new int[] {2, 3, 128, 255}) {
                    bytes[at] = (byte) wrong;
                    int expected = at;
                    int axis = length;
                    assertThatThrownBy(() -> read(Datatype.BOOL, Shape.of(axis), bytes))
                            .isInstanceOf(ServingException.class)
                            .hasMessageContaining("%d at %d", wrong, expected);
                }
            }
        }
    }

    @Test
    void joinedElementsReadAsThoseElements() {
        for (int seed = 0; seed < RUNS; seed++) {
            var random = new Random(seed);
            var elements = new ArrayList<ByteBuffer>();
            for (int i = random.nextInt(6); i > 0; i--) {
                var element = new byte[random.nextInt(30)];
                random.nextBytes(element);
                elements.add(ByteBuffer.wrap(element));
            }
            var joined = BinaryTensors.join(List.copyOf(elements));
            var tensor =
                    BinaryTensors.read(
                            () -> "x", "x", Datatype.BYTES, Shape.of(elements.size()), joined);
            var out = ByteBuffer.wrap(Calls.bytes(tensor)).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            for (var element : elements) {
                assertThat(out.getInt()).as("seed " + seed).isEqualTo(element.remaining());
                var bytes = new byte[element.remaining()];
                out.get(bytes);
                assertThat(ByteBuffer.wrap(bytes)).as("seed " + seed).isEqualTo(element);
            }
            assertThat(out.hasRemaining()).isFalse();
        }
    }

    @Test
    void shapesAreBounded() {
        var tensors = new BinaryTensors(InferenceLimits.DEFAULT);
        assertThat(tensors.shape(() -> "shape", 2, 0, 5)).isEqualTo(Shape.of(2, 0, 5));
        for (var axes :
                List.of(
                        new long[] {-1},
                        new long[] {1L << 27},
                        new long[] {1L << 32, 1L << 32},
                        new long[] {0, 1L << 62},
                        new long[17])) {
            assertThatThrownBy(() -> tensors.shape(() -> "inputs[0].shape", axes))
                    .isInstanceOfSatisfying(
                            ServingException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SHAPE));
        }
    }
}
