package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.error.ServingException;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/// Valid bodies with random bytes changed, added, removed or repeated are read or refused by a
/// `ServingException` with a clean message, nothing else.
class MutationTest {
    private static final int RUNS = 20_000;
    private static final byte[] LIKELY =
            "{}[]\",:0123456789.eE+-tfn\\u \n".getBytes(StandardCharsets.UTF_8);
    private static final List<String> BODIES =
            List.of(
                    """
                    {"model":"iris","version":"3","id":"r-1","inputs":[{"name":"X","datatype":"FP32",
                    "shape":[2,4],"data":[[5.1,3.5,1.4,0.2],[6,2,4,1]]}],"outputs":[{"name":
                    "probabilities","parameters":{"classification":3}}],"parameters":{"timeout":5}}""",
                    """
                    {"instances":[{"sl":5.1,"sw":3.5,"pl":1.4,"pw":0.2},{"sl":1,"sw":2,"pl":3,"pw":4}],
                    "model":"iris","parameters":{"non_finite":"string"}}""",
                    """
                    {"model":"m","inputs":[{"data":["aé€😀","\\u00e9\\ud83d\\ude00",{"b64":"/wA="}],
                    "shape":[3],"datatype":"BYTES","name":"é"},{"name":"i","datatype":"UINT64","shape":[],
                    "data":18446744073709551615},{"name":"h","datatype":"FP16","shape":[2],
                    "data":[1e-3,"NaN"]}],"parameters":{"non_finite":"string"}}""",
                    "{\"model\":\"iris\",\"instances\":[[1,2,3,4],[5,6,7,8]]}");

    @Test
    void nothingButAServingExceptionComesOut() {
        int refused = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            var random = new Random(seed);
            var body = BODIES.get(seed % BODIES.size()).getBytes(StandardCharsets.UTF_8);
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                body = mutate(body, random);
            }
            refused += refuses(body, seed) ? 1 : 0;
        }
        assertThat(refused).isBetween(RUNS / 2, RUNS - 1);
    }

    private static boolean refuses(byte[] body, int seed) {
        try {
            Calls.CODEC.read(body, Calls.IRIS);
            return false;
        } catch (ServingException e) {
            BadRequests.requireClean(e.getMessage());
            return true;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(
                    "seed %d: %s".formatted(seed, new String(body, StandardCharsets.UTF_8)), e);
        }
    }

    static byte[] mutate(byte[] body, Random random) {
        if (body.length == 0) {
            return body;
        }
        int at = random.nextInt(body.length);
        return switch (random.nextInt(5)) {
            case 0 -> {
                body[at] ^= (byte) (1 << random.nextInt(8));
                yield body;
            }
            case 1 -> {
                body[at] = LIKELY[random.nextInt(LIKELY.length)];
                yield body;
            }
            case 2 -> splice(body, at, at + 1, new byte[0]);
            case 3 -> splice(body, at, at, new byte[] {LIKELY[random.nextInt(LIKELY.length)]});
            default -> {
                int end = Math.min(body.length, at + 1 + random.nextInt(30));
                yield splice(body, at, at, java.util.Arrays.copyOfRange(body, at, end));
            }
        };
    }

    private static byte[] splice(byte[] body, int from, int to, byte[] put) {
        var result = new byte[body.length - (to - from) + put.length];
        System.arraycopy(body, 0, result, 0, from);
        System.arraycopy(put, 0, result, from, put.length);
        System.arraycopy(body, to, result, from + put.length, body.length - to);
        return result;
    }
}
