package io.matih.inference.server.inference;

import java.util.Collection;

/// Finds what somebody probably meant.
final class Nearest {
    private static final int COMPARED = 64;

    private Nearest() {}

    /// The candidate that takes the fewest edits to become `name`.
    static String of(String name, Collection<String> candidates) {
        var best = "";
        int fewest = Integer.MAX_VALUE;
        for (var candidate : candidates) {
            int edits = edits(head(name), head(candidate));
            if (edits < fewest) {
                fewest = edits;
                best = candidate;
            }
        }
        return best;
    }

    private static String head(String text) {
        return text.substring(0, Math.min(COMPARED, text.length()));
    }

    /// Levenshtein distance, one row of the table at a time.
    private static int edits(String from, String to) {
        var row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
