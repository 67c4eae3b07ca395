package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Tensor;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Whole bodies of JSON and binary tensors: random ones read as what they are, damaged ones are
/// read or refused by a `ServingException` with a clean message, nothing else.
class BinaryBodyTest {
    private static final int RUNS = 2_000;
    private static final List<Datatype> DATATYPES = List.of(Datatype.values());
    private static final RequestTarget TARGET = new RequestTarget("m", null);

    private static final class Body {
        private final byte[] bytes;
        private final int json;
        private final List<Tensor> tensors;

        private Body(byte[] bytes, int json, List<Tensor> tensors) {
            this.bytes = bytes;
            this.json = json;
            this.tensors = tensors;
        }

        private byte[] bytes() {
            return bytes;
        }

        /// How many bytes of the body are JSON.
        private int json() {
            return json;
        }

        private List<Tensor> tensors() {
            return tensors;
        }
    }

    private static Body random(Random random) {
        var tensors = new ArrayList<Tensor>();
        var behind = new ByteArrayOutputStream();
        var out = new JsonOutput(64).startObject().name("inputs").startArray();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            var datatype = DATATYPES.get(random.nextInt(DATATYPES.size()));
            var any = new RandomTensors(random).tensor(datatype);
            var tensor = new Tensor("x" + i, datatype, any.shape(), any.data());
            tensors.add(tensor);
            if (random.nextBoolean()) {
                TensorWriter.writeHead(out, tensor);
                behind.writeBytes(Calls.bytes(tensor));
            } else {
                TensorWriter.write(out, tensor, true);
            }
        }
        out.endArray().name("parameters").startObject();
        out.name("non_finite").string("string").endObject();
        var json = out.endObject().toBytes();
        var body = new ByteArrayOutputStream();
        body.writeBytes(json);
        body.writeBytes(behind.toByteArray());
        return new Body(body.toByteArray(), json.length, tensors);
    }

    @Test
    void whatIsWrittenReadsBackTheSame() {
        for (int seed = 0; seed < RUNS; seed++) {
            var body = random(new Random(seed));
            var read = Calls.CODEC.read(body.bytes(), body.json(), TARGET, Calls.IRIS);
            var inputs = read.request().inputs();
            assertThat(inputs).as("seed " + seed).hasSameSizeAs(body.tensors());
            for (int i = 0; i < inputs.size(); i++) {
                assertThat(inputs.get(i).shape()).isEqualTo(body.tensors().get(i).shape());
                assertThat(Calls.bytes(inputs.get(i)))
                        .as("seed %d, input %d", seed, i)
                        .isEqualTo(Calls.bytes(body.tensors().get(i)));
            }
        }
    }

    @Test
    void nothingButAServingExceptionComesOut() {
        int refused = 0;
        for (int seed = 0; seed < RUNS * 5; seed++) {
            var random = new Random(seed);
            var body = random(random);
            var bytes = body.bytes();
            int json = body.json();
            switch (random.nextInt(3)) {
                case 0 -> json = random.nextInt(bytes.length + 1);
                case 1 -> bytes = MutationTest.mutate(bytes, random);
                default -> {
                    bytes = MutationTest.mutate(bytes, random);
                    json = Math.min(json, bytes.length);
                }
            }
            refused += refuses(bytes, Math.min(json, bytes.length), seed) ? 1 : 0;
        }
        assertThat(refused).isBetween(RUNS, RUNS * 5 - 1);
    }

    private static boolean refuses(byte[] body, int json, int seed) {
        try {
            Calls.CODEC.read(body, json, TARGET, Calls.IRIS);
            return false;
        } catch (ServingException e) {
            BadRequests.requireClean(e.getMessage());
            return true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(
                    "seed %d: %s".formatted(seed, new String(body, StandardCharsets.ISO_8859_1)),
                    e);
        }
    }
}
