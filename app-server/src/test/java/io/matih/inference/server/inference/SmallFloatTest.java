package io.matih.inference.server.inference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.math.BigDecimal;

/// Every third pair of neighbours, rounded from between, from the middle and from beside the
/// middle.
class SmallFloatTest {
    private static final int STEP = 3;
    private static final BigDecimal TINY = new BigDecimal("1e-60");

    @ParameterizedTest
    @EnumSource
    void roundsToTheNearestAndTiesToEven(SmallFloat format) {
        for (int bits = 0; Float.isFinite(format.toFloat((short) (bits + 1))); bits += STEP) {
            var low = new BigDecimal(format.toFloat((short) bits));
            var high = new BigDecimal(format.toFloat((short) (bits + 1)));
            var middle = low.add(high).divide(BigDecimal.TWO);
            int even = bits + (bits & 1);
            assertRounds(format, low, bits);
            assertRounds(format, middle, even);
            assertRounds(format, middle.subtract(middle.multiply(TINY)), bits);
            assertRounds(format, middle.add(middle.multiply(TINY)), bits + 1);
        }
    }

    private static void assertRounds(SmallFloat format, BigDecimal number, int expected) {
        double up = format.round(number.doubleValue(), number::toString);
        if ((format.bits(up) & 0xFFFF) != expected) {
            assertThat(format.bits(up) & 0xFFFF).as("%s", number).isEqualTo(expected);
        }
        var negative = number.negate();
        double down = format.round(-number.doubleValue(), negative::toString);
        assertThat(down).as("%s", negative).isEqualTo(-up);
    }
}
