package io.matih.inference.engine.shadow;

/// When two answers agree on one row of an output.
///
/// @param comparator how they are compared
/// @param k of `TOP_K`: how many of the highest elements
/// @param min of `TOP_K`: the least share of them that both have; of `COSINE`: the least similarity
/// @param absolute of `NUMERIC`: a difference that is allowed
/// @param relative of `NUMERIC`: one that is allowed beside it, as a share of the primary's value
public record OutputRule(
        Comparator comparator, int k, double min, double absolute, double relative) {
    private static final double SIMILAR = 0.99;
    private static final double ABSOLUTE = 1e-6;
    private static final double RELATIVE = 0.01;
    private static final int TOP = 5;
    private static final double MOST_OF_THEM = 0.8;

    /// With what is usual for the comparator.
    public static OutputRule of(Comparator comparator) {
        return switch (comparator) {
            case LABEL, PROBABILITIES -> new OutputRule(comparator, 0, 0, 0, 0);
            case TOP_K -> new OutputRule(comparator, TOP, MOST_OF_THEM, 0, 0);
            case NUMERIC -> new OutputRule(comparator, 0, 0, ABSOLUTE, RELATIVE);
            case COSINE -> new OutputRule(comparator, 0, SIMILAR, 0, 0);
        };
    }

    /// What is compared of a row.
    public enum Comparator {
        /// Every element is the same.
        LABEL,
        /// The highest element is at the same place.
        PROBABILITIES,
        /// The highest elements are at the same places, most of them, in any order.
        TOP_K,
        /// Every element is close.
        NUMERIC,
        /// The row points the same way.
        COSINE;

        /// Whether it takes numbers.
        public boolean isNumeric() {
            return this != LABEL;
        }
    }
}
