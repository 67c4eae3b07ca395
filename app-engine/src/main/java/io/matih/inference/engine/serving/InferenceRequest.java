package io.matih.inference.engine.serving;

import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// One request for inference, whatever protocol it came by.
///
/// @param model the deployment's name
/// @param version a number or a label; absent: the deployment's policy decides
/// @param id the client's own id, echoed only if given
/// @param inputs in any order
/// @param outputs what the client wants back, in that order; empty for everything
/// @param routeKey requests with the same key go to the same variant; absent: by chance
/// @param priority 1 the highest; 0: the model's default
/// @param cache what it wants of the response cache
/// @param timeout from receipt to answer, queueing included; absent: the model's default
public record InferenceRequest(
        String model,
        @Nullable String version,
        @Nullable String id,
        List<Tensor> inputs,
        List<RequestedOutput> outputs,
        @Nullable String routeKey,
        int priority,
        CacheMode cache,
        @Nullable Duration timeout) {
    public InferenceRequest {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /// The same request with less time left.
    public InferenceRequest withTimeout(Duration left) {
        return new InferenceRequest(
                model, version, id, inputs, outputs, routeKey, priority, cache, left);
    }

    /// An output that the client asked for.
    ///
    /// @param classification so many best classes as `value:index[:label]` strings; 0 for the
    ///   tensor itself
    public record RequestedOutput(String name, int classification) {}
}
