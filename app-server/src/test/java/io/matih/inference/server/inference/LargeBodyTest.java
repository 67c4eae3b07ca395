package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.tensor.Shape;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// Large bodies take time and memory in proportion.
@Timeout(60)
class LargeBodyTest {
    private static final int ROWS = 260_000;
    private static final byte[] BODY = body();

    @Test
    void numbersGoFromTextToMemoryWithoutObjectsBetween() {
        Calls.CODEC.read(BODY, Calls.IRIS);
        long before = allocated();
        var call = Calls.CODEC.read(BODY, Calls.IRIS);
        long bytes = allocated() - before;
        assertThat(BODY.length).isGreaterThan(10_000_000);
        assertThat(call.request().inputs().getFirst().shape()).isEqualTo(Shape.of(ROWS, 4));
        assertThat(bytes).isLessThan(ROWS * 16L + 1_000_000);
    }

    @Test
    void answersTakeAboutTheirOwnSize() {
        var call = Calls.CODEC.read(BODY, Calls.IRIS);
        var tensor = call.request().inputs().getFirst();
        var response = Calls.response(tensor);
        long length = Calls.CODEC.write(call, response, WriteOptions.DEFAULT).length();
        long before = allocated();
        Calls.CODEC.write(call, response, WriteOptions.DEFAULT);
        assertThat(allocated() - before).isLessThan(4L * length);
    }

    @Test
    void aShapeThatTheBodyCannotFillCostsNothing() {
        var body =
                Calls.input("INT64", "[8192,8192]", "[[1,2,3]]").getBytes(StandardCharsets.UTF_8);
        Calls.refusal(body, Calls.IRIS);
        long before = allocated();
        var refusal = Calls.refusal(body, Calls.IRIS);
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_SHAPE);
        assertThat(allocated() - before).isLessThan(1_000_000);
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    private static byte[] body() {
        var random = new Random(7);
        var data = new StringBuilder("[");
        for (int row = 0; row < ROWS; row++) {
            data.append(row == 0 ? "[" : ",[");
            for (int column = 0; column < 4; column++) {
                data.append(column == 0 ? "" : ",").append(random.nextFloat());
            }
            data.append(']');
        }
        return Calls.input("FP32", "[" + ROWS + ",4]", data.append(']').toString())
                .getBytes(StandardCharsets.UTF_8);
    }
}
