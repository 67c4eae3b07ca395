package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Function;

/// `Float.parseFloat` and `Double.parseDouble` are the reference, bit by bit. A failure shows the
/// number.
class JsonNumberTest {
    private static final int RUNS = 400_000;

    @Test
    void numbersOfAnySizeRoundAsTheJdkRoundsThem() {
        check(1, random -> digits(random, 1 + random.nextInt(22)) + exponent(random, 400));
    }

    @Test
    void numbersNearTheRangeOfFloatsRoundAsTheJdkRoundsThem() {
        check(2, random -> digits(random, 1 + random.nextInt(19)) + exponent(random, 55));
    }

    @Test
    void fractionsRoundAsTheJdkRoundsThem() {
        check(
                3,
                random ->
                        (random.nextBoolean() ? "-" : "")
                                + random.nextInt(1 << random.nextInt(31))
                                + "."
                                + "0".repeat(random.nextInt(4))
                                + digits(random, 1 + random.nextInt(20)));
    }

    @Test
    void shortestDigitsReadBack() {
        check(4, random -> finite(Float.intBitsToFloat(random.nextInt())).toString());
        check(5, random -> finite(Double.longBitsToDouble(random.nextLong())).toString());
        check(6, random -> Double.toString((float) random.nextGaussian()));
    }

    @Test
    void middlesOfNeighboursRoundToEven() {
        check(
                7,
                random -> {
                    float low = Math.abs(Float.intBitsToFloat(random.nextInt()));
                    return middle(finite(low), finite(Math.nextUp(low)), random);
                });
        check(
                8,
                random -> {
                    float low = (1 << 24) + random.nextInt(1 << 30);
                    return middle(low, Math.nextUp(low), random);
                });
    }

    @Test
    void subnormalsRoundAsTheJdkRoundsThem() {
        check(9, random -> Float.toString(Float.intBitsToFloat(random.nextInt(1 << 24))));
        check(10, random -> digits(random, 1 + random.nextInt(19)) + "e-" + random.nextInt(360));
    }

    private static void check(int seed, Function<Random, String> numbers) {
        var random = new Random(seed);
        for (int i = 0; i < RUNS; i++) {
            requireSame(numbers.apply(random));
        }
    }

    private static void requireSame(String text) {
        var bytes =
                (text + "," + " ".repeat(text.length() % 2 * 16))
                        .getBytes(StandardCharsets.US_ASCII);
        var number = new JsonNumber(bytes, bytes.length);
        int end = number.read(0);
        if (end != text.length()
                || bits(number.floatValue()) != bits(Float.parseFloat(text))
                || bits(number.doubleValue()) != bits(Double.parseDouble(text))) {
            assertThat(number.floatValue() + " " + number.doubleValue() + " " + end)
                    .as(text)
                    .isEqualTo(
                            Float.parseFloat(text)
                                    + " "
                                    + Double.parseDouble(text)
                                    + " "
                                    + text.length());
        }
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }

    /// The middle, or a little beside it in the last of many digits.
    private static String middle(float low, float high, Random random) {
        var middle = new BigDecimal(low).add(new BigDecimal(high)).divide(BigDecimal.TWO);
        return switch (random.nextInt(3)) {
            case 0 -> middle.toString();
            case 1 -> middle.add(middle.ulp()).toString();
            default -> middle.subtract(middle.ulp()).toString();
        };
    }

    private static String digits(Random random, int count) {
        var digits = new StringBuilder().append((char) ('1' + random.nextInt(9)));
        while (digits.length() < count) {
            digits.append((char) ('0' + random.nextInt(10)));
        }
        return digits.toString();
    }

    private static String exponent(Random random, int largest) {
        return (random.nextBoolean() ? "e" : "E") + (random.nextInt(2 * largest) - largest);
    }

    private static Float finite(float value) {
        return Float.isFinite(value) ? value : 0.1f;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : 0.1;
    }
}
