package io.matih.inference.engine.model;

/// Where an instance group wants to run, by Triton's names (`KIND_TENSORRT` is ours).
public enum InstanceKind {
    /// The best device that works here; the answer says which, and why not a better one.
    KIND_AUTO,
    KIND_CPU,
    /// A CUDA device.
    KIND_GPU,
    /// A CUDA device through TensorRT.
    KIND_TENSORRT
}
