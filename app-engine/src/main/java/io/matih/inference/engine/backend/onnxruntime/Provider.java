package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;

import io.matih.inference.engine.device.Device;

/// The execution providers that this product offers.
enum Provider {
    CPU("CPU", OrtProvider.CPU),
    CUDA("CUDA", OrtProvider.CUDA),
    TENSORRT("TensorRT", OrtProvider.TENSOR_RT);

    private final String label;
    private final OrtProvider runtimeProvider;

    Provider(String label, OrtProvider runtimeProvider) {
        this.label = label;
        this.runtimeProvider = runtimeProvider;
    }

    String label() {
        return label;
    }

    OrtProvider runtimeProvider() {
        return runtimeProvider;
    }

    Device device(int ordinal) {
        return this == CPU ? Device.CPU : Device.cuda(ordinal);
    }

    void addTo(SessionOptions options, int ordinal) throws OrtException {
        switch (this) {
            case CPU -> {}
            case CUDA -> options.addCUDA(ordinal);
            case TENSORRT -> {
                // What TensorRT leaves over runs on CUDA, and only then on the CPU.
                options.addTensorrt(ordinal);
                options.addCUDA(ordinal);
            }
        }
    }
}
