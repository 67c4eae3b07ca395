package io.matih.inference.engine.serving;

import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// The answer to one request.
///
/// @param version the version that answered
/// @param variant what that version is deployed for: `stable`, `canary`
/// @param outputs in the order asked for, else in the model's
/// @param classLabels names of classes by output, where they are known
/// @param backend the runtime that answered
/// @param cache what the response cache did; absent where the model has none
/// @param batch absent where the answer was kept from an earlier request
public record InferenceResponse(
        String model,
        int version,
        String variant,
        List<Tensor> outputs,
        Map<String, List<String>> classLabels,
        String backend,
        Device device,
        @Nullable CacheOutcome cache,
        @Nullable Batch batch,
        Timings timings) {
    public InferenceResponse {
        outputs = List.copyOf(outputs);
    }

    /// The same, by a version that is deployed for something else.
    public InferenceResponse as(String other) {
        return new InferenceResponse(
                model,
                version,
                other,
                outputs,
                classLabels,
                backend,
                device,
                cache,
                batch,
                timings);
    }

    /// The batch in which the request was executed; of a request that took several, the last.
    ///
    /// @param rows of all its members
    /// @param reason why it left when it did
    public record Batch(int rows, String reason) {}

    /// Where the time went, in nanoseconds.
    ///
    /// @param queueNanos waiting for an instance
    /// @param inputNanos copying inputs to the runtime
    /// @param computeNanos the runtime's own run
    /// @param outputNanos copying outputs back
    public record Timings(long queueNanos, long inputNanos, long computeNanos, long outputNanos) {
        public long totalNanos() {
            return queueNanos + inputNanos + computeNanos + outputNanos;
        }
    }
}
