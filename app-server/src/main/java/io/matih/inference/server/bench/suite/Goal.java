package io.matih.inference.server.bench.suite;

/// What a median should reach.
///
/// @param atLeast whether more is better
public record Goal(boolean atLeast, double bound) {
    static Goal atLeast(double bound) {
        return new Goal(true, bound);
    }

    static Goal atMost(double bound) {
        return new Goal(false, bound);
    }

    public boolean isMet(double value) {
        return atLeast ? value >= bound : value <= bound;
    }
}
