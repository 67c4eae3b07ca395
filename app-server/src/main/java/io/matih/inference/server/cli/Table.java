package io.matih.inference.server.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Aligned columns for people. Cells are escaped; a column without any content is left out; on a
/// screen the widest texts are clipped until a row fits.
final class Table {
    private static final int NARROWEST = 8;
    private static final String GAP = "  ";

    private final List<Column> columns;
    private final List<List<Cell>> rows = new ArrayList<>();
    private boolean mayDrop;

    private Table(List<Column> columns) {
        this.columns = columns;
    }

    /// @param right whether it holds numbers
    record Column(String title, boolean right) {
        static Column text(String title) {
            return new Column(title, false);
        }

        static Column number(String title) {
            return new Column(title, true);
        }
    }

    /// One value; its text is made printable here.
    record Cell(String text, Style style) {
        Cell {
            text = Printable.line(text);
        }

        static Cell of(String text) {
            return new Cell(text, Style.PLAIN);
        }
    }

    static Table of(Column... columns) {
        return new Table(List.of(columns));
    }

    static Table of(List<Column> columns) {
        return new Table(List.copyOf(columns));
    }

    /// On a screen that is too narrow even for clipped texts, numbers are left out from the right.
    Table dropping() {
        mayDrop = true;
        return this;
    }

    Table add(Cell... cells) {
        return add(List.of(cells));
    }

    Table add(List<Cell> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(
                    cells.size() + " cells, " + columns.size() + " columns");
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    void print(Terminal terminal) {
        var widths = widths(terminal.columns());
        var titles = columns.stream().map(c -> new Cell(c.title(), Style.STRONG)).toList();
        terminal.out().println(line(titles, widths, terminal));
        for (var row : rows) {
            terminal.out().println(line(row, widths, terminal));
        }
    }

    private int[] widths(int available) {
        var widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            int content =
                    rows.stream()
                            .mapToInt(r -> Printable.width(r.get(column).text()))
                            .max()
                            .orElse(0);
            widths[i] = content == 0 ? 0 : Math.max(content, columns.get(i).title().length());
        }
        return fitted(widths, available);
    }

    private int[] fitted(int[] wanted, int available) {
        var widths = shrunk(wanted, available);
        int last = lastNumber(wanted);
        if (total(widths) <= available || !mayDrop || last < 0) {
            return widths;
        }
        var fewer = wanted.clone();
        fewer[last] = 0;
        return fitted(fewer, available);
    }

    private int lastNumber(int[] widths) {
        int last = widths.length - 1;
        while (last >= 0 && !(columns.get(last).right() && widths[last] > 0)) {
            last--;
        }
        return last;
    }

    private int[] shrunk(int[] wanted, int available) {
        var widths = wanted.clone();
        while (total(widths) > available) {
            int widest = widestText(widths);
            if (widest < 0 || widths[widest] <= NARROWEST) {
                return widths;
            }
            widths[widest]--;
        }
        return widths;
    }

    private int widestText(int[] widths) {
        int widest = -1;
        for (int i = 0; i < widths.length; i++) {
            if (!columns.get(i).right() && (widest < 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        return widest;
    }

    private static int total(int[] widths) {
        long shown = Arrays.stream(widths).filter(width -> width > 0).count();
        return Arrays.stream(widths).sum() + (int) Math.max(0, shown - 1) * GAP.length();
    }

    private String line(List<Cell> cells, int[] widths, Terminal terminal) {
        var line = new StringBuilder();
        var pending = "";
        for (int i = 0; i < widths.length; i++) {
            if (widths[i] == 0) {
                continue;
            }
            var cell = cells.get(i);
            var text = Printable.clip(cell.text(), widths[i]);
            var padding = " ".repeat(widths[i] - Printable.width(text));
            var styled = terminal.styled(cell.style(), text);
            // Blanks are written only before something, so that no line ends with them.
            line.append(
                    text.isEmpty()
                            ? ""
                            : pending + (columns.get(i).right() ? padding : "") + styled);
            pending =
                    text.isEmpty()
                            ? pending + padding + GAP
                            : (columns.get(i).right() ? "" : padding) + GAP;
        }
        return line.toString();
    }
}
