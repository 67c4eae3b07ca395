package io.matih.inference.engine.backend;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.device.Device;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.tensor.Tensor;

import java.util.List;
import java.util.Set;

/// One loaded copy of a model on one device. One thread at a time executes; `cancel` may come from
/// any.
public interface ModelInstance extends AutoCloseable {
    Device device();

    /// The execution provider, and why not a better one where `KIND_AUTO` was asked.
    String provider();

    /// Memory that the load took, measured where the runtime allows, else the weights' size.
    long sizeBytes();

    /// Whether `sizeBytes` was measured.
    default boolean sizeIsMeasured() {
        return false;
    }

    /// Executes several requests at once, joined along the first axis; a single request is executed
    /// as it is.
    ///
    /// @param requests each request's inputs; optional ones may be missing
    /// @param outputs names of the outputs wanted; empty for all
    /// @param deadline when the last of them stops being wanted
    /// @throws ServingException `INFERENCE_FAILED`, `DEADLINE`, `CANCELLED`, `OUTPUT_TOO_LARGE`,
    ///   `RESOURCE_LIMIT`, `BACKEND_UNAVAILABLE` if the runtime is gone
    Execution execute(List<List<Tensor>> requests, Set<String> outputs, Deadline deadline);

    /// Stops the execution that runs now, if it can be stopped; it ends with `CANCELLED`.
    void cancel();

    /// Gives back what the runtime and this instance keep for later executions. Only between
    /// executions, by the thread that may execute.
    default void trim() {}

    /// Releases the native memory. Only when no thread executes and none will.
    @Override
    void close();

    /// What an execution returned and where its time went.
    ///
    /// @param outputs each request's outputs, in the order of the requests, each in the model's
    ///   order
    /// @param inputNanos copying inputs in
    /// @param computeNanos the runtime's own run
    /// @param outputNanos copying outputs out
    record Execution(
            List<List<Tensor>> outputs, long inputNanos, long computeNanos, long outputNanos) {}
}
