package io.matih.inference.server.bench.suite;

import com.google.protobuf.ByteString;

import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/// Makes the models that the suite needs beside the samples: input `x` of shape `[batch, width]`,
/// output `y`, random weights from a fixed seed.
final class ModelForge {
    static final String INPUT = "x";
    private static final String OUTPUT = "y";
    private static final long SEED = 7;
    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("bench");
    private final SplittableRandom random = new SplittableRandom(SEED);
    private String last = INPUT;
    private int nodes;

    private ModelForge() {}

    /// A perceptron with these layer widths, the input's first.
    static byte[] perceptron(int... widths) {
        var forge = new ModelForge();
        for (int i = 1; i < widths.length; i++) {
            forge.step("MatMul", forge.weights(widths[i - 1], widths[i]));
            forge.step("Add", forge.weights(widths[i]));
            if (i < widths.length - 1) {
                forge.step("Relu");
            }
        }
        return forge.model(widths[0], widths[widths.length - 1]);
    }

    /// Small, but slow for each row, alone or in a batch: a row becomes a matrix of `side` × `side`
    /// that is multiplied `times` times.
    static byte[] slow(int width, int side, int times) {
        var forge = new ModelForge();
        forge.step("MatMul", forge.weights(width, side * side));
        forge.step("Reshape", forge.integers(-1, side, side));
        var square = forge.weights(side, side);
        for (int i = 0; i < times; i++) {
            forge.step("MatMul", square);
            forge.step("Tanh");
        }
        forge.step("Reshape", forge.integers(-1, (long) side * side));
        forge.step("MatMul", forge.weights(side * side, 1));
        return forge.model(width, 1);
    }

    /// Almost nothing but its input: a picture of three colours comes to ten numbers.
    static byte[] picture(int side) {
        var forge = new ModelForge();
        forge.step("GlobalAveragePool");
        forge.step("Flatten");
        forge.step("MatMul", forge.weights(3, 10));
        return forge.model(new int[] {3, side, side}, 10);
    }

    /// Answers every row with the same number.
    static byte[] constant(float value) {
        var forge = new ModelForge();
        forge.step("Mul", forge.floats(new float[] {0}, 1));
        forge.step("Add", forge.floats(new float[] {value}, 1));
        return forge.model(1, 1);
    }

    private void step(String operator, String... more) {
        var result = "t" + nodes++;
        var node = NodeProto.newBuilder().setOpType(operator).addInput(last).addOutput(result);
        for (var input : more) {
            node.addInput(input);
        }
        graph.addNode(node);
        last = result;
    }

    /// Scaled so that values keep their size from layer to layer.
    private String weights(int... shape) {
        int count = 1;
        for (int length : shape) {
            count *= length;
        }
        double scale = Math.sqrt(6.0 / shape[0]);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) ((random.nextDouble() * 2 - 1) * scale);
        }
        return floats(values, shape);
    }

    private String floats(float[] values, int... shape) {
        var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        var tensor = TensorProto.newBuilder().setDataType(DataType.FLOAT_VALUE);
        for (int length : shape) {
            tensor.addDims(length);
        }
        return initializer(tensor, bytes);
    }

    private String integers(long... values) {
        var bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return initializer(
                TensorProto.newBuilder().setDataType(DataType.INT64_VALUE).addDims(values.length),
                bytes);
    }

    private String initializer(TensorProto.Builder tensor, ByteBuffer bytes) {
        var name = "w" + graph.getInitializerCount();
        graph.addInitializer(tensor.setName(name).setRawData(ByteString.copyFrom(bytes)));
        return name;
    }

    private byte[] model(int inputWidth, int outputWidth) {
        return model(new int[] {inputWidth}, outputWidth);
    }

    private byte[] model(int[] row, int outputWidth) {
        graph.addInput(port(INPUT, row)).addOutput(port(OUTPUT, outputWidth));
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(last).addOutput(OUTPUT));
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static ValueInfoProto port(String name, int... row) {
        var shape =
                TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
        for (int axis : row) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(axis));
        }
        var type = TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE).setShape(shape);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }
}
