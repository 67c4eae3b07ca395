package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.Signature;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads the flat object of one generate request: a field that has an input's or a column's name is
/// its value, `id` and `parameters` are what they are elsewhere, any other is a parameter. For one
/// request.
final class GenerateReader {
    private static final String ID = "id";
    private static final String PARAMETERS = "parameters";

    private final InferenceLimits limits;
    private final NonFiniteText nonFinite = new NonFiniteText();
    private final InstancesReader row;
    private final UnknownParameters unknown;
    private final List<String> known;
    private final Set<String> seen = new HashSet<>();
    private @Nullable String id;
    private PredictParameters parameters = PredictParameters.NONE;

    GenerateReader(Signature signature, InferenceLimits limits) {
        this.limits = limits;
        row = new InstancesReader(signature, limits, nonFinite, false);
        unknown = UnknownParameters.passedOver(limits);
        known = row.names();
    }

    PredictCall read(JsonInput in, RequestTarget target) {
        if (in.token() != JsonToken.START_OBJECT) {
            throw in.wrong(ErrorCode.MALFORMED_REQUEST, "an object");
        }
        while (in.next() != JsonToken.END_OBJECT) {
            field(in);
        }
        nonFinite.requireAllowed(parameters.nonFiniteAsStrings());
        var request =
                new InferenceRequest(
                        target.model(),
                        target.version(),
                        id,
                        row.endOnly(in).inputs(),
                        List.of(),
                        parameters.routeKey(),
                        parameters.priority(),
                        parameters.cache(),
                        parameters.timeout());
        return new PredictCall(
                request,
                new AnswerOptions(null, parameters.nonFiniteAsStrings(), BinaryOutputs.NONE));
    }

    private void field(JsonInput in) {
        var name = in.text();
        var path = in.path();
        in.next();
        if (row.take(in, name)) {
            return;
        }
        switch (name) {
            case ID -> {
                requireFirst(in, name);
                id = in.isNull() ? null : PredictReader.id(in);
            }
            case PARAMETERS -> {
                requireFirst(in, name);
                if (!in.isNull()) {
                    parameters = PredictParameters.read(in, limits, unknown);
                }
            }
            default -> {
                var refusal = unknown.meet(path, name, known);
                if (refusal != null) {
                    throw refusal;
                }
                if (in.token().isStart()) {
                    throw in.wrong(
                            ErrorCode.INVALID_PARAMETER, "a string, a number, true or false");
                }
            }
        }
    }

    private void requireFirst(JsonInput in, String name) {
        if (!seen.add(name)) {
            throw in.malformed(ObjectFields.TWICE);
        }
    }
}
