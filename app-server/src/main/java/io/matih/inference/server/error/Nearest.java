package io.matih.inference.server.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds what somebody probably meant.
public final class Nearest {
    /// Longer words are no typing mistakes, and comparing them costs the square of their length.
    private static final int LONGEST = 64;

    private static final int ALWAYS_NEAR = 2;
    private static final int SHORTEST = 3;

    private Nearest() {}

    /// The known word that the fewest edits lead to, unless those would change more than half of
    /// what was written and more than leaving letters out.
    public static Optional<String> of(String written, Collection<String> known) {
        if (written.length() > LONGEST) {
            return Optional.empty();
        }
        int limit = Math.max(ALWAYS_NEAR, written.length() / 2);
        return known.stream()
                .filter(word -> word.length() <= LONGEST)
                .filter(word -> distance(written, word) <= limit || shortens(written, word))
                .min(Comparator.comparingInt(word -> distance(written, word)));
    }

    /// Whether letters were only left out: `dtype` for `datatype`.
    private static boolean shortens(String written, String word) {
        if (written.length() < SHORTEST || !word.startsWith(written.substring(0, 1))) {
            return false;
        }
        int matched = 0;
        for (int i = 0; i < word.length() && matched < written.length(); i++) {
            matched += word.charAt(i) == written.charAt(matched) ? 1 : 0;
        }
        return matched == written.length();
    }

    /// The same as the end of a sentence, which is whole without it too.
    public static String suggestion(String written, Collection<String> known) {
        return of(written, known).map("; did you mean '%s'?"::formatted).orElse("");
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal
    /// string alignment).
    private static int distance(String a, String b) {
        var d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : step(d, a, b, i, j);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int step(int[][] d, String a, String b, int i, int j) {
        int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replaced, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        boolean swapped =
                i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }
}
