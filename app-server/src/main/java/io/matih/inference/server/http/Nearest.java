package io.matih.inference.server.http;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds what someone probably meant.
final class Nearest {
    /// Longer input is no typing mistake, and comparing it costs its length.
    private static final int LONGEST = 64;

    private Nearest() {}

    /// The known name with the fewest changed letters, if those are less than half of it.
    static Optional<String> of(String name, Collection<String> known) {
        if (name.length() > LONGEST) {
            return Optional.empty();
        }
        return known.stream()
                .filter(candidate -> 2 * distance(name, candidate) < candidate.length() + 1)
                .min(
                        Comparator.comparingInt((String candidate) -> distance(name, candidate))
                                .thenComparing(Comparator.naturalOrder()));
    }

    /// Levenshtein's distance, one row of the table at a time.
    private static int distance(String left, String right) {
        var row = new int[right.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                int best = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + changed);
                diagonal = row[j];
                row[j] = best;
            }
        }
        return row[right.length()];
    }
}
