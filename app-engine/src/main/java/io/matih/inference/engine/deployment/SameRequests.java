package io.matih.inference.engine.deployment;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ErrorDetail;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.tensor.TensorSpec;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Whether a version answers what the stable version is asked: a request without a version is
/// decoded before it is known which of the two it goes to.
final class SameRequests {
    private SameRequests() {}

    /// @param stable as requests see it
    /// @param canary likewise
    /// @throws ServingException `CONFIG_INVALID`
    static void require(int stableVersion, ModelMetadata stable, ModelMetadata canary) {
        for (var input : stable.inputs()) {
            var same = find(canary.inputs(), input.name());
            if (same == null
                    || same.datatype() != input.datatype()
                    || !same.shape().equals(input.shape())
                    || (input.optional() && !same.optional())) {
                throw refused("input", stableVersion, input, same);
            }
        }
        for (var input : canary.inputs()) {
            if (!input.optional() && find(stable.inputs(), input.name()) == null) {
                throw new ServingException(
                        ErrorCode.CONFIG_INVALID,
                        "a canary gets the requests of version %d, which have no input '%s'"
                                .formatted(stableVersion, ServingException.clip(input.name())),
                        new ErrorDetail("traffic.mode", null, null));
            }
        }
        for (var output : stable.outputs()) {
            var same = find(canary.outputs(), output.name());
            if (same == null || same.datatype() != output.datatype()) {
                throw refused("output", stableVersion, output, same);
            }
        }
    }

    private static @Nullable TensorSpec find(List<TensorSpec> specs, String name) {
        return specs.stream().filter(spec -> spec.name().equals(name)).findFirst().orElse(null);
    }

    private static ServingException refused(
            String port, int stableVersion, TensorSpec wanted, @Nullable TensorSpec found) {
        var name = ServingException.clip(wanted.name());
        var has = found == null ? "none" : shown(found);
        return new ServingException(
                ErrorCode.CONFIG_INVALID,
                "a canary gets the requests of version %d, whose %s '%s' is %s; this model has %s"
                        .formatted(
                                stableVersion,
                                port,
                                name,
                                shown(wanted),
                                found == null ? "no such " + port : has),
                new ErrorDetail(port + "s." + name, shown(wanted), has));
    }

    private static String shown(TensorSpec spec) {
        return spec.datatype() + " " + spec.shape() + (spec.optional() ? ", optional" : "");
    }
}
