package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.shadow.ShadowPolicy;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.TensorSpec;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Collectors;

/// Whether a version can be asked what the stable version is asked: a request without a version is
/// decoded before it is known which of the two it goes to.
final class SameRequests {
    private final int stableVersion;
    private final ModelMetadata stable;

    /// @param stable as requests see it
    SameRequests(int stableVersion, ModelMetadata stable) {
        this.stableVersion = stableVersion;
        this.stable = stable;
    }

    /// Its clients want the same outputs too.
    ///
    /// @param canary as requests see it
    /// @throws ServingException `CONFIG_INVALID`
    void requireOfCanary(ModelMetadata canary) {
        requireInputs("canary", canary);
        for (var output : stable.outputs()) {
            var same = find(canary.outputs(), output.name());
            if (same == null || same.datatype() != output.datatype()) {
                throw refused("canary", "output", output, same);
            }
        }
    }

    /// One output that both have is enough to compare.
    ///
    /// @param shadow as requests see it
    /// @throws ServingException `CONFIG_INVALID`
    void requireOfShadow(ModelMetadata shadow, ShadowPolicy policy) {
        requireInputs("shadow", shadow);
        var shared =
                stable.outputs().stream()
                        .filter(
                                output -> {
                                    var same = find(shadow.outputs(), output.name());
                                    return same != null && same.datatype() == output.datatype();
                                })
                        .toList();
        if (shared.isEmpty()) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "a shadow is compared with version %d, with which this model has no output in common: %s there, %s here"
                            .formatted(stableVersion, names(stable), names(shadow)),
                    new ErrorDetail("traffic.mode", names(stable), names(shadow)));
        }
        policy.rules()
                .forEach(
                        (name, rule) -> {
                            var field = "traffic.comparators." + ServingException.clip(name);
                            var output = find(shared, name);
                            if (output == null) {
                                throw wrong(
                                        field,
                                        "an output that both have: "
                                                + shared.stream()
                                                        .map(TensorSpec::name)
                                                        .map(ServingException::clip)
                                                        .collect(Collectors.joining(", ")),
                                        ServingException.clip(name));
                            }
                            if (rule.comparator().isNumeric()
                                    && output.datatype() == Datatype.BYTES) {
                                throw wrong(field, "label: it holds strings", "numbers");
                            }
                        });
    }

    private static String names(ModelMetadata metadata) {
        return metadata.outputs().stream()
                .map(output -> ServingException.clip(output.name()) + " " + output.datatype())
                .collect(Collectors.joining(", "));
    }

    private void requireInputs(String role, ModelMetadata beside) {
        for (var input : stable.inputs()) {
            var same = find(beside.inputs(), input.name());
            if (same == null
                    || same.datatype() != input.datatype()
                    || !same.shape().equals(input.shape())
                    || (input.optional() && !same.optional())) {
                throw refused(role, "input", input, same);
            }
        }
        for (var input : beside.inputs()) {
            if (!input.optional() && find(stable.inputs(), input.name()) == null) {
                throw new ServingException(
                        ErrorCode.CONFIG_INVALID,
                        "a %s gets the requests of version %d, which have no input '%s'"
                                .formatted(
                                        role, stableVersion, ServingException.clip(input.name())),
                        new ErrorDetail("traffic.mode", null, null));
            }
        }
    }

    private static @Nullable TensorSpec find(List<TensorSpec> specs, String name) {
        return specs.stream().filter(spec -> spec.name().equals(name)).findFirst().orElse(null);
    }

    private ServingException refused(
            String role, String port, TensorSpec wanted, @Nullable TensorSpec found) {
        var name = ServingException.clip(wanted.name());
        var has = found == null ? "none" : shown(found);
        return new ServingException(
                ErrorCode.CONFIG_INVALID,
                "a %s gets the requests of version %d, whose %s '%s' is %s; this model has %s"
                        .formatted(
                                role,
                                stableVersion,
                                port,
                                name,
                                shown(wanted),
                                found == null ? "no such " + port : has),
                new ErrorDetail(port + "s." + name, shown(wanted), has));
    }

    private static ServingException wrong(String field, String expected, String actual) {
        return new ServingException(
                ErrorCode.CONFIG_INVALID,
                "%s: expected %s, got %s".formatted(field, expected, actual),
                new ErrorDetail(field, expected, actual));
    }

    private static String shown(TensorSpec spec) {
        return spec.datatype() + " " + spec.shape() + (spec.optional() ? ", optional" : "");
    }
}
