package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.Signature;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.TensorSpec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads `instances`, the row form: each row the value of the model's one input, or an object by
/// input name or by column name where the deployment declares `features`. For one request.
final class InstancesReader {
    private static final String ROW_OBJECT = "an object, as the first row is";
    private static final String ROW_VALUE = "a value, as the first row is";

    private final boolean blobs;
    private final List<RowInput> inputs = new ArrayList<>();
    private final Map<String, RowInput> byName = new HashMap<>();
    private final Map<String, Column> byColumn = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    private record Column(RowInput input, int index) {}

    /// @param blobs whether the first row is an object that starts with `b64`
    InstancesReader(
            Signature signature, InferenceLimits limits, NonFiniteText nonFinite, boolean blobs) {
        for (var spec : signature.metadata().inputs()) {
            var columns = signature.features().getOrDefault(spec.name(), List.of());
            add(new RowInput(spec, columns, limits, nonFinite));
        }
        this.blobs = blobs && takesBlobs(signature.metadata().inputs());
    }

    /// Whether the first row looks like a `BYTES` value, not like an object of inputs.
    static boolean startWithBlob(JsonInput in) {
        return in.next() == JsonToken.START_OBJECT
                && in.next() == JsonToken.PROPERTY_NAME
                && in.text().equals(BytesReader.BASE64);
    }

    Rows read(JsonInput in) {
        if (in.next() == JsonToken.END_ARRAY) {
            throw JsonInput.wrong(
                    ErrorCode.EMPTY_BATCH, in.path(), "at least one row", "an empty array");
        }
        boolean objects = in.token() == JsonToken.START_OBJECT && !blobs;
        if (!objects && inputs.size() != 1) {
            throw in.wrong(
                    ErrorCode.MALFORMED_REQUEST,
                    "an object by input name (%s), for the model has %d inputs"
                            .formatted(Names.list(names), inputs.size()));
        }
        int count = 0;
        do {
            if (objects) {
                object(in);
            } else {
                value(in);
            }
            count++;
        } while (in.next() != JsonToken.END_ARRAY);
        return rows(count);
    }

    private Rows rows(int count) {
        return new Rows(
                inputs.stream().filter(i -> !i.isAbsent()).map(RowInput::toTensor).toList(), count);
    }

    /// Every name of an input or a column.
    List<String> names() {
        return names;
    }

    /// Takes the current value for an input or a column of this row.
    ///
    /// @return false where there is none of that name
    boolean take(JsonInput in, String name) {
        var input = byName.get(name);
        if (input != null) {
            input.value(in);
            return true;
        }
        var column = byColumn.get(name);
        if (column == null) {
            return false;
        }
        column.input().cell(in, column.index());
        return true;
    }

    /// Ends the only row.
    Rows endOnly(JsonInput in) {
        for (var input : inputs) {
            input.endRow(in, in.path());
        }
        return rows(1);
    }

    private void add(RowInput input) {
        inputs.add(input);
        byName.put(input.spec().name(), input);
        names.add(input.spec().name());
        for (int i = 0; i < input.columns().size(); i++) {
            byColumn.putIfAbsent(input.columns().get(i), new Column(input, i));
            names.add(input.columns().get(i));
        }
    }

    private boolean takesBlobs(List<TensorSpec> specs) {
        return specs.size() == 1
                && specs.getFirst().datatype() == Datatype.BYTES
                && !names.contains(BytesReader.BASE64);
    }

    private void value(JsonInput in) {
        if (in.token() == JsonToken.START_OBJECT
                && !blobs
                && inputs.getFirst().spec().datatype() != Datatype.BYTES) {
            throw in.wrong(ErrorCode.MALFORMED_REQUEST, ROW_VALUE);
        }
        var input = inputs.getFirst();
        input.value(in);
        input.endRow(in, "instances");
    }

    private void object(JsonInput in) {
        if (in.token() != JsonToken.START_OBJECT) {
            throw in.wrong(ErrorCode.MALFORMED_REQUEST, ROW_OBJECT);
        }
        while (in.next() != JsonToken.END_OBJECT) {
            var name = in.text();
            var path = in.path();
            in.next();
            if (!take(in, name)) {
                throw unknown(name, path);
            }
        }
        var path = in.path();
        for (var input : inputs) {
            input.endRow(in, path);
        }
    }

    private ServingException unknown(String name, String path) {
        var known = Names.list(names);
        return new ServingException(
                ErrorCode.UNKNOWN_INPUT,
                "%s: no input or column '%s'; there are %s"
                        .formatted(path, ServingException.clip(name), known),
                new ErrorDetail(path, known, ServingException.clip(name)));
    }
}
