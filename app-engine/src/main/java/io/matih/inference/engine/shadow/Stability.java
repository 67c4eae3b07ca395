package io.matih.inference.engine.shadow;

/// The population stability index: Σ (a − e) · ln(a / e) over the shares of each bin.
final class Stability {
    /// The share of a bin that has nothing, so that its logarithm exists.
    private static final double FLOOR = 1e-4;

    private Stability() {}

    /// @return 0 where one side has nothing at all
    static double index(long[] expected, long[] actual) {
        double ofExpected = sum(expected);
        double ofActual = sum(actual);
        if (ofExpected == 0 || ofActual == 0) {
            return 0;
        }
        double index = 0;
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] > 0 || actual[i] > 0) {
                double e = Math.max(expected[i] / ofExpected, FLOOR);
                double a = Math.max(actual[i] / ofActual, FLOOR);
                index += (a - e) * Math.log(a / e);
            }
        }
        return index;
    }

    private static double sum(long[] counts) {
        double sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }
}
