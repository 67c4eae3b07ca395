package io.matih.inference.engine.shadow;

import org.apache.commons.numbers.gamma.LogBeta;

/// A confidence sequence for a share: bounds that hold at every moment together, however often and
/// for whatever reason somebody looks.
///
/// Were `p` the true share, the likelihood of what was seen, mixed over a Beta(½, ½) prior and
/// divided by its likelihood under `p`, would be a martingale that begins at 1; that it ever
/// reaches 1/α has at most the probability α (Ville). What it reaches it for is ruled out. See
/// Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 2021, and Robbins, Annals of
/// Mathematical Statistics 1970.
final class BetaMixture {
    private static final double PRIOR = 0.5;
    private static final double LOG_PRIOR = LogBeta.value(PRIOR, PRIOR);
    private static final int HALVINGS = 60;

    private final double limit;

    /// @param alpha probability with which the true share is ever ruled out
    BetaMixture(double alpha) {
        limit = -Math.log(alpha);
    }

    /// Whether `p` is ruled out as the true share.
    boolean rulesOut(double p, long successes, long trials) {
        long failures = trials - successes;
        double likelihood =
                (successes == 0 ? 0 : successes * Math.log(p))
                        + (failures == 0 ? 0 : failures * Math.log1p(-p));
        return LogBeta.value(successes + PRIOR, failures + PRIOR) - LOG_PRIOR - likelihood >= limit;
    }

    /// The least share that is not ruled out.
    double low(long successes, long trials) {
        return successes == 0 ? 0 : edge(0, (double) successes / trials, successes, trials);
    }

    /// The greatest share that is not ruled out.
    double high(long successes, long trials) {
        return successes == trials ? 1 : edge(1, (double) successes / trials, successes, trials);
    }

    /// @param outside ruled out
    /// @param inside not ruled out: what was seen
    private double edge(double outside, double inside, long successes, long trials) {
        double out = outside;
        double in = inside;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (out + in) / 2;
            if (rulesOut(middle, successes, trials)) {
                out = middle;
            } else {
                in = middle;
            }
        }
        return in;
    }

    /// How many of `trials` values at least lie at or below the true `quantile`: the greatest rank
    /// below it that is ruled out, or 0. That many values or fewer lie at or below a point only if
    /// the point is left of the quantile.
    long rankBelow(double quantile, long trials) {
        long least = 0;
        long most = (long) Math.floor(quantile * trials);
        if (most < 1 || !rulesOut(quantile, 0, trials)) {
            return 0;
        }
        while (least < most) {
            long middle = (least + most + 1) >>> 1;
            if (rulesOut(quantile, middle, trials)) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        return least;
    }

    /// The least rank above the true `quantile` that is ruled out; -1 while even all of them are
    /// not.
    long rankAbove(double quantile, long trials) {
        long least = (long) Math.ceil(quantile * trials);
        long most = trials;
        if (trials == 0 || !rulesOut(quantile, trials, trials)) {
            return -1;
        }
        while (least < most) {
            long middle = (least + most) >>> 1;
            if (rulesOut(quantile, middle, trials)) {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        return least;
    }
}
