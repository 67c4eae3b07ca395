package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Owns the native values of one execution: closing it closes each exactly once.
final class NativeScope implements AutoCloseable {
    private final NativeMemory memory;
    private final List<OnnxTensor> inputs = new ArrayList<>();
    private OrtSession.@Nullable Result result;

    NativeScope(NativeMemory memory) {
        this.memory = memory;
    }

    OnnxTensor own(OnnxTensor input) {
        inputs.add(input);
        memory.addTensors(1);
        return input;
    }

    OrtSession.Result own(OrtSession.Result outputs) {
        result = outputs;
        memory.addTensors(outputs.size());
        return outputs;
    }

    @Override
    public void close() {
        if (result != null) {
            memory.addTensors(-result.size());
            result.close();
        }
        memory.addTensors(-inputs.size());
        inputs.forEach(OnnxTensor::close);
    }
}
