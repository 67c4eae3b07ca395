package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceRequest.RequestedOutput;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Reads and checks `outputs`: what the client wants back. Any thread.
final class OutputsReader {
    private static final List<String> FIELDS = List.of("name", "parameters");
    private static final List<String> PARAMETERS = List.of("classification", "binary_data");

    private final InferenceLimits limits;

    OutputsReader(InferenceLimits limits) {
        this.limits = limits;
    }

    List<OutputWish> read(JsonInput in, UnknownParameters unknown) {
        in.requireArray(ErrorCode.MALFORMED_REQUEST, "an array of outputs");
        var outputs = new ArrayList<OutputWish>();
        var names = new HashSet<String>();
        while (in.next() != JsonToken.END_ARRAY) {
            JsonTensors.requireRoom(in, outputs.size(), limits);
            var wish = wish(in, unknown);
            var output = wish.output();
            if (!names.add(output.name())) {
                throw new ServingException(
                        ErrorCode.DUPLICATE_OUTPUT,
                        "%s: output '%s' is asked for twice"
                                .formatted(in.path(), ServingException.clip(output.name())),
                        new ErrorDetail(
                                in.path() + ".name",
                                "each output once",
                                ServingException.clip(output.name())));
            }
            outputs.add(wish);
        }
        return outputs;
    }

    /// @throws ServingException `UNKNOWN_OUTPUT`, `INVALID_PARAMETER` for a classification of what
    ///   has no classes
    void requireDeclared(List<RequestedOutput> outputs, List<TensorSpec> declared) {
        for (int i = 0; i < outputs.size(); i++) {
            var output = outputs.get(i);
            var spec = find(declared, output.name());
            if (spec == null) {
                throw unknown(i, output.name(), declared);
            }
            if (output.classification() > 0 && !hasClasses(spec)) {
                throw JsonInput.wrong(
                        ErrorCode.INVALID_PARAMETER,
                        "outputs[%d].parameters.classification".formatted(i),
                        "an output of numbers with an axis of classes",
                        "%s %s".formatted(spec.datatype(), spec.shape()));
            }
        }
    }

    private OutputWish wish(JsonInput in, UnknownParameters unknown) {
        String name = null;
        var parameters = Parameters.NONE;
        var fields = new ObjectFields(in, FIELDS, ErrorCode.MALFORMED_REQUEST);
        for (var field = fields.next(); field != null; field = fields.next()) {
            if (field.equals("name")) {
                name = TensorReader.tensorName(in, limits);
            } else {
                parameters = parameters(in, unknown);
            }
        }
        if (name == null) {
            throw ObjectFields.missing(ErrorCode.MALFORMED_REQUEST, in.path(), "name");
        }
        return new OutputWish(
                new RequestedOutput(name, parameters.classification()), parameters.binary());
    }

    private Parameters parameters(JsonInput in, UnknownParameters unknown) {
        int classification = 0;
        Boolean binary = null;
        var fields =
                new ObjectFields(
                        in,
                        PARAMETERS,
                        ErrorCode.INVALID_PARAMETER,
                        (path, name) -> unknown.meet(path, name, PARAMETERS));
        for (var field = fields.next(); field != null; field = fields.next()) {
            if (field.equals("classification")) {
                classification = classification(in);
            } else {
                binary = in.requireBoolean(ErrorCode.INVALID_PARAMETER);
            }
        }
        return new Parameters(classification, binary);
    }

    private int classification(JsonInput in) {
        return (int)
                in.requireLong(
                        ErrorCode.INVALID_PARAMETER,
                        0,
                        limits.maxClasses(),
                        "an integer from 0 to " + limits.maxClasses());
    }

    private record Parameters(int classification, @Nullable Boolean binary) {
        private static final Parameters NONE = new Parameters(0, null);
    }

    private static boolean hasClasses(TensorSpec spec) {
        if (spec.datatype() == Datatype.BYTES || spec.datatype() == Datatype.BOOL) {
            return false;
        }
        var shape = spec.shape();
        return shape.rank() > 1 || (shape.rank() == 1 && shape.axis(0) != Shape.ANY);
    }

    private static @Nullable TensorSpec find(List<TensorSpec> specs, String name) {
        for (var spec : specs) {
            if (spec.name().equals(name)) {
                return spec;
            }
        }
        return null;
    }

    private static ServingException unknown(int index, String name, List<TensorSpec> declared) {
        var names = Names.list(declared.stream().map(TensorSpec::name).toList());
        var path = "outputs[%d].name".formatted(index);
        return new ServingException(
                ErrorCode.UNKNOWN_OUTPUT,
                "%s: no output '%s'; the model has %s"
                        .formatted(path, ServingException.clip(name), names),
                new ErrorDetail(path, names, ServingException.clip(name)));
    }
}
