package io.matih.inference.server.bench.suite;

import java.util.List;

/// What a row of the suite came to.
///
/// @param wrong answers that were not the expected ones, and refusals where none are due
/// @param notes what else is worth knowing
public record RowResult(
        String name, String about, List<Series> series, long wrong, List<String> notes) {
    public RowResult {
        series = List.copyOf(series);
        notes = List.copyOf(notes);
    }
}
