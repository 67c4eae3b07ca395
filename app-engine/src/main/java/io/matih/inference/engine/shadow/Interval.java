package io.matih.inference.engine.shadow;

/// A share, and where it is with 95 % confidence if looked at once.
public record Interval(double value, double low, double high) {
    private static final double Z = 1.959963984540054;

    /// Wilson's score interval (Wilson, Journal of the American Statistical Association 1927).
    ///
    /// @return 0 to 1 where there was no trial
    static Interval wilson(long successes, long trials) {
        if (trials == 0) {
            return new Interval(0, 0, 1);
        }
        double n = trials;
        double p = successes / n;
        double centre = p + Z * Z / (2 * n);
        double half = Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        double scale = 1 + Z * Z / n;
        return new Interval(
                p,
                successes == 0 ? 0 : (centre - half) / scale,
                successes == trials ? 1 : (centre + half) / scale);
    }
}
