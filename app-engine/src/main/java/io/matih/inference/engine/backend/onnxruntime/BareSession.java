package io.matih.inference.engine.backend.onnxruntime;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// ONNX Runtime with nothing around it: one session, tensors made once, the same rows again and
/// again. It is what serving is measured against, and serves nothing. One thread.
public final class BareSession implements AutoCloseable {
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs = new HashMap<>();
    private final Map<String, OnnxTensor> outputs = new HashMap<>();

    /// Models of 32-bit floats whose only axis without a length is the batch.
    ///
    /// @param rows that one run computes
    /// @param intraOpThreads of one run
    public BareSession(Path model, int rows, int intraOpThreads) {
        var sessions = new Sessions();
        var plan =
                new Sessions.Plan(Provider.CPU, 0, OptimizationLevel.ALL, intraOpThreads, 1, false);
        try {
            session = sessions.open(model, plan);
            allocate(session.getInputInfo(), rows, sessions.environment(), inputs);
            allocate(session.getOutputInfo(), rows, sessions.environment(), outputs);
        } catch (OrtException e) {
            throw OrtErrors.run(e);
        }
    }

    private static void allocate(
            Map<String, NodeInfo> ports,
            int rows,
            OrtEnvironment environment,
            Map<String, OnnxTensor> into)
            throws OrtException {
        for (var port : ports.values()) {
            var shape = ((TensorInfo) port.getInfo()).getShape().clone();
            for (int axis = 0; axis < shape.length; axis++) {
                shape[axis] = shape[axis] < 0 ? rows : shape[axis];
            }
            int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
            var data = floats(count);
            for (int i = 0; i < count; i++) {
                data.put(i, (i % 17) / 17f);
            }
            into.put(port.getName(), OnnxTensor.createTensor(environment, data, shape));
        }
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(count * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /// Computes the rows once.
    public void run() {
        try {
            session.run(inputs, outputs).close();
        } catch (OrtException e) {
            throw OrtErrors.run(e);
        }
    }

    @Override
    public void close() {
        List.of(inputs, outputs).forEach(side -> side.values().forEach(OnnxTensor::close));
        try {
            session.close();
        } catch (OrtException e) {
            throw OrtErrors.run(e);
        }
    }
}
