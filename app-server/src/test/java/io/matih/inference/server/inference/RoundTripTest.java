package io.matih.inference.server.inference;

import static io.matih.inference.server.inference.Calls.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/// What is written and read again is the same, bit by bit: every datatype, random shapes and
/// values, nested and flat. A failure names its seed.
class RoundTripTest {
    private static final int RUNS = 300;
    private static final String NON_FINITE = "{\"non_finite\":\"string\"}";

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenReadsBackTheSame(Datatype datatype) {
        for (int seed = 0; seed < RUNS; seed++) {
            var tensor = new RandomTensors(new Random(seed)).tensor(datatype);
            assertSame(tensor, flat(tensor), "seed " + seed);
            if (tensor.shape().rank() > 0) {
                assertSame(tensor, nested(tensor), "nested, seed " + seed);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsReadLikeTheTensorTheyMakeUp(Datatype datatype) {
        for (int seed = 0; seed < RUNS; seed++) {
            var tensor = new RandomTensors(new Random(seed)).tensor(datatype);
            if (tensor.shape().rank() > 0 && tensor.shape().axis(0) > 0) {
                var axes = tensor.shape().toArray();
                axes[0] = Shape.ANY;
                var source = Calls.source(Calls.spec(tensor.name(), datatype, axes));
                var body =
                        "{\"model\":\"m\",\"parameters\":%s,\"instances\":%s}"
                                .formatted(NON_FINITE, nestedData(tensor));
                var read = Calls.read(body, source).request().inputs();
                assertSame(tensor, read, "seed " + seed);
            }
        }
    }

    private static List<Tensor> flat(Tensor tensor) {
        var out = new JsonOutput(16);
        TensorWriter.write(out, tensor, true);
        return read(new String(out.toBytes(), StandardCharsets.UTF_8));
    }

    private static List<Tensor> nested(Tensor tensor) {
        return read(
                "{\"data\":%s,\"name\":\"%s\",\"shape\":%s,\"datatype\":\"%s\"}"
                        .formatted(
                                nestedData(tensor),
                                tensor.name(),
                                tensor.shape(),
                                tensor.datatype()));
    }

    /// As `predictions` nest it.
    private static String nestedData(Tensor tensor) {
        var out = new JsonOutput(16).startObject();
        PredictionsWriter.write(
                out, List.of(tensor), Math.toIntExact(tensor.shape().axis(0)), true);
        var json = new String(out.endObject().toBytes(), StandardCharsets.UTF_8);
        return json.substring(json.indexOf(':') + 1, json.length() - 1);
    }

    private static List<Tensor> read(String tensor) {
        var body =
                "{\"model\":\"m\",\"inputs\":[%s],\"parameters\":%s}".formatted(tensor, NON_FINITE);
        return Calls.read(body).request().inputs();
    }

    private static void assertSame(Tensor expected, List<Tensor> actual, String seed) {
        var read = actual.getFirst();
        assertThat(read.name()).as(seed).isEqualTo(expected.name());
        assertThat(read.datatype()).as(seed).isEqualTo(expected.datatype());
        assertThat(read.shape()).as(seed).isEqualTo(expected.shape());
        assertThat(bytes(read)).as(seed).isEqualTo(bytes(expected));
    }
}
