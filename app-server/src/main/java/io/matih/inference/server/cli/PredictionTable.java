package io.matih.inference.server.cli;

import io.matih.inference.server.cli.Table.Cell;
import io.matih.inference.server.cli.Table.Column;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/// Predictions for people: one line a row, one column an output.
final class PredictionTable {
    private static final int MOST_VALUES = 10;

    private final Terminal terminal;

    PredictionTable(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(JsonNode answer) {
        var outputs = new ArrayList<Output>();
        answer.path("outputs").forEach(output -> outputs.add(Output.of(output)));
        int rows = outputs.stream().mapToInt(Output::rows).max().orElse(0);
        var columns = new ArrayList<Column>();
        columns.add(Column.number("ROW"));
        outputs.forEach(output -> columns.add(output.column()));
        var table = Table.of(columns);
        for (int row = 0; row < rows; row++) {
            var cells = new ArrayList<Cell>();
            cells.add(new Cell(String.valueOf(row + 1), Style.FAINT));
            for (var output : outputs) {
                cells.add(Cell.of(output.row(row)));
            }
            table.add(cells);
        }
        table.print(terminal);
        terminal.out().println(terminal.styled(Style.FAINT, Printable.line(summary(answer))));
    }

    private static String summary(JsonNode answer) {
        var parts = new StringJoiner(", ");
        parts.add(
                "%s version %s"
                        .formatted(
                                JsonFields.text(answer.path("model_name")),
                                JsonFields.text(answer.path("model_version"))));
        var meta = answer.path("meta");
        if (meta.path("device").isString()) {
            parts.add(JsonFields.text(meta.path("device")));
        }
        var total = meta.path("timings_us").path("total");
        if (total.isNumber()) {
            parts.add(HumanUnits.millis(total.doubleValue() / 1000));
        }
        return parts.toString();
    }

    /// One output tensor; `data` is flat and row-major.
    private record Output(String name, String datatype, int rows, int rowSize, JsonNode data) {
        static Output of(JsonNode output) {
            var data = output.path("data");
            var first = output.path("shape").path(0);
            int rows =
                    first.isIntegralNumber() && first.canConvertToInt() && first.intValue() > 0
                            ? Math.min(first.intValue(), data.size())
                            : Math.min(1, data.size());
            return new Output(
                    JsonFields.text(output.path("name")),
                    JsonFields.text(output.path("datatype")),
                    rows,
                    rows == 0 ? 0 : data.size() / rows,
                    data);
        }

        /// Single numbers line up at the right.
        Column column() {
            var title = Printable.line(name);
            return rowSize == 1 && !datatype.equals("BYTES") && !datatype.equals("BOOL")
                    ? Column.number(title)
                    : Column.text(title);
        }

        String row(int row) {
            if (row >= rows) {
                return "";
            }
            int from = row * rowSize;
            if (rowSize == 1) {
                return JsonFields.text(data.path(from));
            }
            List<String> values = new ArrayList<>();
            for (int i = 0; i < Math.min(rowSize, MOST_VALUES); i++) {
                values.add(JsonFields.text(data.path(from + i)));
            }
            var more = rowSize > MOST_VALUES ? " … %d values".formatted(rowSize) : "";
            return "[" + String.join(", ", values) + more + "]";
        }
    }
}
