package io.matih.inference.engine.serving;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Tensor;
import io.matih.inference.engine.tensor.TensorSpec;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Holds a request against what the model declares, before anything native sees it.
final class InputChecks {
    private static final ValueLayout.OfLong INT64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int WIDEST_ELEMENT_BYTES = 8;

    private final ModelMetadata metadata;
    private final boolean batched;
    private final long maxRows;
    private final long maxOutputBytes;
    private final Map<String, TensorSpec> inputs = new HashMap<>();
    private final String inputNames;
    private final String outputNames;

    /// @param batched whether the first axis counts rows
    InputChecks(ModelMetadata metadata, boolean batched, long maxRows, long maxOutputBytes) {
        this.metadata = metadata;
        this.batched = batched;
        this.maxRows = maxRows;
        this.maxOutputBytes = maxOutputBytes;
        metadata.inputs().forEach(spec -> inputs.put(spec.name(), spec));
        inputNames = names(metadata.inputs());
        outputNames = names(metadata.outputs());
    }

    /// @throws ServingException naming the first input that is wrong
    void check(List<Tensor> tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            var tensor = tensors.get(i);
            if (isAmong(tensors, i, tensor.name())) {
                throw fault(
                        ErrorCode.DUPLICATE_INPUT,
                        field(i, ""),
                        tensor,
                        "is given twice",
                        "once",
                        null);
            }
            checkOne(i, tensor);
        }
        for (var spec : metadata.inputs()) {
            if (!spec.optional() && !isAmong(tensors, tensors.size(), spec.name())) {
                throw new ServingException(
                        ErrorCode.MISSING_INPUT,
                        "input '%s' (%s %s) is missing; this model takes %s"
                                .formatted(
                                        ServingException.clip(spec.name()),
                                        spec.datatype(),
                                        spec.shape(),
                                        inputNames),
                        new ErrorDetail(
                                "inputs",
                                inputNames,
                                tensors.stream()
                                        .map(Tensor::name)
                                        .collect(Collectors.joining(", "))));
            }
        }
        if (batched) {
            checkRows(tensors);
        }
        checkSizes(tensors);
    }

    void checkOutputs(List<RequestedOutput> outputs) {
        var seen = new HashSet<String>();
        for (int i = 0; i < outputs.size(); i++) {
            var name = outputs.get(i).name();
            var field = "outputs[%d].name".formatted(i);
            if (metadata.outputs().stream().noneMatch(spec -> spec.name().equals(name))) {
                throw new ServingException(
                        ErrorCode.UNKNOWN_OUTPUT,
                        "%s: this model has no output '%s'; it has %s"
                                .formatted(field, ServingException.clip(name), outputNames),
                        new ErrorDetail(field, outputNames, ServingException.clip(name)));
            }
            if (!seen.add(name)) {
                throw new ServingException(
                        ErrorCode.DUPLICATE_OUTPUT,
                        "%s: output '%s' is asked for twice"
                                .formatted(field, ServingException.clip(name)),
                        new ErrorDetail(field, "once", ServingException.clip(name)));
            }
        }
    }

    private void checkOne(int index, Tensor tensor) {
        var spec = inputs.get(tensor.name());
        if (spec == null) {
            throw fault(
                    ErrorCode.UNKNOWN_INPUT,
                    field(index, ".name"),
                    tensor,
                    "is not an input of this model, which takes " + inputNames,
                    inputNames,
                    ServingException.clip(tensor.name()));
        }
        if (spec.datatype() != tensor.datatype()) {
            throw fault(
                    ErrorCode.INVALID_DTYPE,
                    field(index, ".datatype"),
                    tensor,
                    "takes %s, not %s".formatted(spec.datatype(), tensor.datatype()),
                    spec.datatype().name(),
                    tensor.datatype().name());
        }
        if (!spec.shape().accepts(tensor.shape())) {
            throw fault(
                    ErrorCode.INVALID_SHAPE,
                    field(index, ".shape"),
                    tensor,
                    "expected %s %s, got %s %s"
                            .formatted(
                                    spec.datatype(),
                                    spec.shape(),
                                    tensor.datatype(),
                                    tensor.shape()),
                    spec.shape().toString(),
                    tensor.shape().toString());
        }
    }

    private void checkRows(List<Tensor> tensors) {
        if (tensors.isEmpty()) {
            throw new ServingException(
                    ErrorCode.MISSING_INPUT,
                    "every input of this model may be left out, but not all of them: nothing says how many rows are asked for; it takes "
                            + inputNames,
                    new ErrorDetail("inputs", inputNames, "none"));
        }
        long rows = tensors.getFirst().rows();
        for (int i = 0; i < tensors.size(); i++) {
            var tensor = tensors.get(i);
            if (tensor.rows() != rows) {
                throw fault(
                        ErrorCode.INVALID_SHAPE,
                        field(i, ".shape"),
                        tensor,
                        "has %d rows, but '%s' has %d"
                                .formatted(
                                        tensor.rows(),
                                        ServingException.clip(tensors.getFirst().name()),
                                        rows),
                        Long.toString(rows),
                        Long.toString(tensor.rows()));
            }
            if (rows == 0) {
                throw fault(
                        ErrorCode.EMPTY_BATCH,
                        field(i, ".shape"),
                        tensor,
                        "has no rows",
                        "at least 1 row",
                        "0");
            }
            if (rows > maxRows) {
                throw fault(
                        ErrorCode.BATCH_TOO_LARGE,
                        field(i, ".shape"),
                        tensor,
                        "has %d rows; one request may have %d".formatted(rows, maxRows),
                        "at most " + maxRows,
                        Long.toString(rows));
            }
        }
    }

    /// An input whose value says how large an output gets could ask for all the memory there is.
    private void checkSizes(List<Tensor> tensors) {
        long maxElements = maxOutputBytes / WIDEST_ELEMENT_BYTES;
        for (int i = 0; i < tensors.size(); i++) {
            var tensor = tensors.get(i);
            if (metadata.sizingInputs().contains(tensor.name()) && product(tensor) > maxElements) {
                throw fault(
                        ErrorCode.OUTPUT_TOO_LARGE,
                        field(i, ".data"),
                        tensor,
                        "asks for an output of more than %d bytes".formatted(maxOutputBytes),
                        "values whose product is at most " + maxElements,
                        null);
            }
        }
    }

    private static double product(Tensor tensor) {
        double product = 1;
        long width = tensor.datatype().byteSize();
        for (long offset = 0; offset < tensor.data().byteSize(); offset += width) {
            long value =
                    tensor.datatype() == Datatype.INT64
                            ? tensor.data().get(INT64, offset)
                            : tensor.datatype() == Datatype.INT32
                                    ? tensor.data().get(INT32, offset)
                                    : 1;
            product *= Math.max(1, value);
        }
        return product;
    }

    /// Among the first `count`. Few requests have more than two or three, which no set finds
    /// faster; and before there are many, one is unknown.
    private static boolean isAmong(List<Tensor> tensors, int count, String name) {
        for (int i = 0; i < count; i++) {
            if (tensors.get(i).name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static String field(int index, String rest) {
        return "inputs[%d]%s".formatted(index, rest);
    }

    private static ServingException fault(
            ErrorCode code,
            String field,
            Tensor tensor,
            String what,
            String expected,
            @Nullable String actual) {
        return new ServingException(
                code,
                "input '%s': %s".formatted(ServingException.clip(tensor.name()), what),
                new ErrorDetail(field, expected, actual));
    }

    private static String names(List<TensorSpec> specs) {
        return specs.stream()
                .map(spec -> "'" + ServingException.clip(spec.name()) + "'")
                .collect(Collectors.joining(", "));
    }
}
