package io.matih.inference.engine.shadow;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// How often which values occurred that are no measures: labels, classes. The first hundred have a
/// count each, the others one together.
final class Categories {
    private static final int MOST = 100;
    private static final int LONGEST = 64;
    private static final String OTHERS = "…";

    private final Map<String, Long> counts;

    Categories() {
        this(new TreeMap<>());
    }

    private Categories(Map<String, Long> counts) {
        this.counts = counts;
    }

    void add(String value) {
        var name = value.length() > LONGEST ? value.substring(0, LONGEST) : value;
        boolean known = counts.size() < MOST || counts.containsKey(name);
        counts.merge(known ? name : OTHERS, 1L, Long::sum);
    }

    double psi(Categories other) {
        var names = new TreeSet<>(counts.keySet());
        names.addAll(other.counts.keySet());
        var expected = new long[names.size()];
        var actual = new long[names.size()];
        int i = 0;
        for (var name : names) {
            expected[i] = counts.getOrDefault(name, 0L);
            actual[i] = other.counts.getOrDefault(name, 0L);
            i++;
        }
        return Stability.index(expected, actual);
    }

    Map<String, Long> state() {
        return Map.copyOf(counts);
    }

    static Categories of(Map<String, Long> state) {
        return new Categories(new TreeMap<>(state));
    }
}
