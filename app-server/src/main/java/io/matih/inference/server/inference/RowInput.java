package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// One input of the model, filled row by row: by a whole value, or by named columns in any order.
/// Every row gives it the same way. For one request.
final class RowInput {
    private static final int FIRST_CAPACITY = 256;

    private enum Form {
        ABSENT,
        WHOLE,
        COLUMNS
    }

    private final TensorSpec spec;
    private final List<String> columns;
    private final InferenceLimits limits;
    private final ElementReader elements;
    private final ElementBuffer target = new ElementBuffer(FIRST_CAPACITY);
    private final ElementBuffer[] cells;
    private final boolean[] given;
    private Form form = Form.ABSENT;
    private Form current = Form.ABSENT;
    private int rows;
    private @Nullable Shape rowShape;
    private @Nullable DataReader data;

    /// @param columns what makes up one row of it, in order; empty where nothing is declared
    RowInput(
            TensorSpec spec,
            List<String> columns,
            InferenceLimits limits,
            NonFiniteText nonFinite) {
        this.spec = spec;
        this.columns = columns;
        this.limits = limits;
        this.elements = ElementReader.of(spec.datatype(), nonFinite);
        this.given = new boolean[columns.size()];
        this.cells = new ElementBuffer[columns.size()];
        Arrays.setAll(cells, _ -> new ElementBuffer(Long.BYTES));
    }

    TensorSpec spec() {
        return spec;
    }

    List<String> columns() {
        return columns;
    }

    /// Takes the current value as this row's.
    void value(JsonInput in) {
        requireForm(in, Form.WHOLE);
        if (current == Form.WHOLE) {
            throw in.malformed(ObjectFields.TWICE);
        }
        current = Form.WHOLE;
        if (data == null) {
            data = dataReader(in, RowShape.of(spec, in));
        }
        requireRoom(in);
        data.read(in, true);
    }

    /// Takes the current value as one cell of this row.
    void cell(JsonInput in, int column) {
        requireForm(in, Form.COLUMNS);
        if (given[column]) {
            throw in.malformed(ObjectFields.TWICE);
        }
        current = Form.COLUMNS;
        if (rowShape == null) {
            rowShape = RowShape.ofColumns(spec, columns.size());
        }
        given[column] = true;
        cells[column].clear();
        elements.read(in, cells[column]);
    }

    /// Ends a row.
    ///
    /// @param path of the row
    void endRow(JsonInput in, String path) {
        if (rows == 0) {
            form = current;
        }
        if (current == Form.ABSENT && (form != Form.ABSENT || !spec.optional())) {
            throw missing(path, columns.isEmpty() ? spec.name() : columns.getFirst());
        }
        if (current != form) {
            throw JsonInput.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    path,
                    "input '%s' the way the first row gives it"
                            .formatted(ServingException.clip(spec.name())),
                    "another way");
        }
        if (current == Form.COLUMNS) {
            requireRoom(in);
            takeCells(path);
        }
        rows++;
        current = Form.ABSENT;
    }

    boolean isAbsent() {
        return form == Form.ABSENT;
    }

    Tensor toTensor() {
        if (rowShape == null) {
            throw new IllegalStateException("no row was given");
        }
        var axes = new long[rowShape.rank() + 1];
        axes[0] = rows;
        System.arraycopy(rowShape.toArray(), 0, axes, 1, rowShape.rank());
        return new Tensor(spec.name(), spec.datatype(), Shape.of(axes), target.toSegment());
    }

    private DataReader dataReader(JsonInput in, Shape shape) {
        rowShape = new ShapeReader(limits).require(shape, in::path);
        return new DataReader(spec.name(), shape, elements, target);
    }

    private void takeCells(String path) {
        for (int i = 0; i < cells.length; i++) {
            if (!given[i]) {
                throw missing(path, columns.get(i));
            }
            target.putAll(cells[i]);
        }
        Arrays.fill(given, false);
    }

    private void requireRoom(JsonInput in) {
        long perRow = rowShape == null ? 1 : Math.max(1, rowShape.elementCount());
        if (rows >= limits.maxElements() / perRow) {
            throw JsonInput.wrong(
                    ErrorCode.INVALID_SHAPE,
                    in.path(),
                    "at most %d elements".formatted(limits.maxElements()),
                    "more");
        }
    }

    private void requireForm(JsonInput in, Form wanted) {
        if (current != Form.ABSENT && current != wanted) {
            throw JsonInput.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    in.path(),
                    "input '%s' whole or by its columns"
                            .formatted(ServingException.clip(spec.name())),
                    "both");
        }
    }

    private static ServingException missing(String path, String name) {
        var clipped = ServingException.clip(name);
        var field = path.isEmpty() ? clipped : path + "." + clipped;
        return new ServingException(
                ErrorCode.MISSING_INPUT,
                "%s is missing".formatted(field),
                new ErrorDetail(field, clipped, null));
    }
}
