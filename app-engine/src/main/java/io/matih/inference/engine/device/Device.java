package io.matih.inference.engine.device;

/// A place where a model runs.
///
/// @param kind CPU or CUDA (TensorRT runs on a CUDA device)
/// @param ordinal which one of its kind, from 0
public record Device(Kind kind, int ordinal) {
    /// What sort of device it is.
    public enum Kind {
        CPU,
        CUDA
    }

    public static final Device CPU = new Device(Kind.CPU, 0);

    public static Device cuda(int ordinal) {
        return new Device(Kind.CUDA, ordinal);
    }

    /// `cpu`, `cuda:0`: as answers and tables name it.
    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : "cuda:" + ordinal;
    }
}
