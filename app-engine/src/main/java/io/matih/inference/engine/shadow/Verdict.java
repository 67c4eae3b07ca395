package io.matih.inference.engine.shadow;

import java.util.List;

/// What is held of a candidate now.
///
/// @param reasons in words, with the numbers
public record Verdict(Outcome outcome, List<String> reasons) {
    public Verdict {
        reasons = List.copyOf(reasons);
    }

    public enum Outcome {
        PASS,
        FAIL,
        INSUFFICIENT
    }
}
