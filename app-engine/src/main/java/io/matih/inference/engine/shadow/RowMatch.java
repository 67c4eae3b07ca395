package io.matih.inference.engine.shadow;

/// Whether two rows of an output agree, and how far they are from each other.
///
/// @param rule what agreement means
/// @param width elements of a row
record RowMatch(OutputRule rule, Values primary, Values shadow, long width) {
    /// Between something and what is no number.
    static final double FARTHEST = 1e12;

    boolean agrees(long row) {
        long from = row * width;
        return switch (rule.comparator()) {
            case LABEL -> same(from);
            case PROBABILITIES -> highest(primary, from) == highest(shadow, from);
            case TOP_K -> topShare(from) >= rule.min();
            case NUMERIC -> close(from);
            case COSINE -> cosine(row) >= rule.min();
        };
    }

    private boolean same(long from) {
        for (long i = from; i < from + width; i++) {
            if (!primary.same(shadow, i)) {
                return false;
            }
        }
        return true;
    }

    private boolean close(long from) {
        for (long i = from; i < from + width; i++) {
            double expected = primary.number(i);
            double actual = shadow.number(i);
            boolean equal = Double.compare(expected, actual) == 0;
            double allowed = rule.absolute() + rule.relative() * Math.abs(expected);
            if (!equal && !(Math.abs(expected - actual) <= allowed)) {
                return false;
            }
        }
        return true;
    }

    /// The first place of the highest value; nothing is higher than NaN.
    private long highest(Values values, long from) {
        long best = from;
        for (long i = from + 1; i < from + width; i++) {
            if (Double.compare(values.number(i), values.number(best)) > 0) {
                best = i;
            }
        }
        return best;
    }

    private double topShare(long from) {
        long k = Math.min(rule.k(), width);
        long common = 0;
        for (long i = from; i < from + width; i++) {
            if (above(primary, from, i) < k && above(shadow, from, i) < k) {
                common++;
            }
        }
        return k == 0 ? 1 : (double) common / k;
    }

    /// How many elements of the row come before this one; of equals the first comes first.
    private long above(Values values, long from, long index) {
        long above = 0;
        double value = values.number(index);
        for (long i = from; i < from + width; i++) {
            int order = Double.compare(values.number(i), value);
            if (order > 0 || (order == 0 && i < index)) {
                above++;
            }
        }
        return above;
    }

    /// 1 for two rows of zeros, 0 where only one is, or one has something that is no number.
    double cosine(long row) {
        double product = 0;
        double ours = 0;
        double theirs = 0;
        for (long i = row * width; i < (row + 1) * width; i++) {
            double a = primary.number(i);
            double b = shadow.number(i);
            product += a * b;
            ours += a * a;
            theirs += b * b;
        }
        if (ours == 0 && theirs == 0) {
            return 1;
        }
        double cosine = product / (Math.sqrt(ours) * Math.sqrt(theirs));
        return Double.isFinite(cosine) ? Math.clamp(cosine, -1, 1) : 0;
    }

    /// The greatest difference of two elements; 1 where they are no numbers and differ.
    double distance(long row) {
        double greatest = 0;
        for (long i = row * width; i < (row + 1) * width; i++) {
            greatest = Math.max(greatest, difference(i));
        }
        return greatest;
    }

    double difference(long index) {
        if (!primary.isNumeric()) {
            return primary.same(shadow, index) ? 0 : 1;
        }
        double a = primary.number(index);
        double b = shadow.number(index);
        if (Double.compare(a, b) == 0) {
            return 0;
        }
        double difference = Math.abs(a - b);
        return difference < FARTHEST ? difference : FARTHEST;
    }
}
