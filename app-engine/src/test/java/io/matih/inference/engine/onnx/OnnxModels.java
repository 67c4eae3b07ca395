package io.matih.inference.engine.onnx;

import com.google.protobuf.ByteString;

import io.matih.inference.engine.onnx.proto.OnnxMl.AttributeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.FunctionProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.SparseTensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.StringStringEntryProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// Small ONNX models built in memory, right ones and wrong ones, for tests of any room.
public final class OnnxModels {
    private static final int IR = 8;
    private static final int OPSET = 17;

    private OnnxModels() {}

    /// `y = x`, both FP32 `[-1,4]`.
    public static ModelProto identity() {
        return model(graph().addNode(node("Identity", "x", "y"))).build();
    }

    /// `y = x · w` with FP32 weights `[4,4]` in the file.
    public static ModelProto matMul() {
        return model(matMulGraph().addInitializer(weights("w", 4, 4))).build();
    }

    /// `y = x · w`, the weights (64 bytes) at `location` from `offset` on, no length given.
    public static ModelProto withExternalData(String location, long offset) {
        return model(
                        matMulGraph()
                                .addInitializer(
                                        external(
                                                "w",
                                                "location",
                                                location,
                                                "offset",
                                                Long.toString(offset))))
                .build();
    }

    /// `If` inside `If`, so many levels deep, two branches each: 2 to the power of `levels` nodes.
    public static ModelProto ifBomb(int levels) {
        var graph =
                graph().addInitializer(flag("flag"))
                        .addNode(branching(levels, "y").setName("outermost"));
        return model(graph).build();
    }

    /// Two nodes that wait for each other.
    public static ModelProto cyclic() {
        return model(
                        graph().addNode(node("Add", "x", "b", "a"))
                                .addNode(node("Relu", "a", "b"))
                                .addNode(node("Identity", "a", "y")))
                .build();
    }

    /// So many functions that each call the one before twice.
    public static ModelProto functionBomb(int functions) {
        var model = model(graph().addNode(call("f" + (functions - 1), "x", "y")));
        model.addOpsetImport(opset("local", 1));
        model.addFunctions(function("f0").addNode(node("Relu", "a", "b")));
        for (int i = 1; i < functions; i++) {
            model.addFunctions(
                    function("f" + i)
                            .addNode(call("f" + (i - 1), "a", "m"))
                            .addNode(call("f" + (i - 1), "m", "b")));
        }
        return model.build();
    }

    /// Writes the model as `model.onnx` in the folder.
    public static Path write(Path folder, ModelProto model) {
        return write(folder, model.toByteArray());
    }

    /// Writes the bytes as `model.onnx` in the folder.
    public static Path write(Path folder, byte[] bytes) {
        try {
            return Files.write(folder.resolve("model.onnx"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A model around a graph: IR 8, `ai.onnx` 17.
    public static ModelProto.Builder model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(IR)
                .setProducerName("matih-test")
                .addOpsetImport(opset("", OPSET))
                .setGraph(graph);
    }

    /// A graph from FP32 `x` to FP32 `y`, both `[-1,4]`, still without nodes.
    public static GraphProto.Builder graph() {
        return GraphProto.newBuilder()
                .setName("graph")
                .addInput(value("x", TensorProto.DataType.FLOAT, -1, 4))
                .addOutput(value("y", TensorProto.DataType.FLOAT, -1, 4));
    }

    /// A node of the default domain.
    ///
    /// @param names its inputs, then its one output
    public static NodeProto.Builder node(String opType, String... names) {
        var node = NodeProto.newBuilder().setOpType(opType);
        for (int i = 0; i < names.length - 1; i++) {
            node.addInput(names[i]);
        }
        return node.addOutput(names[names.length - 1]);
    }

    /// An input or output of a tensor type; -1 for an axis of any length.
    public static ValueInfoProto.Builder value(
            String name, TensorProto.DataType type, long... axes) {
        var shape = TensorShapeProto.newBuilder();
        for (long axis : axes) {
            var dim = TensorShapeProto.Dimension.newBuilder();
            shape.addDim(axis < 0 ? dim.setDimParam("n") : dim.setDimValue(axis));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(
                        TypeProto.newBuilder()
                                .setTensorType(
                                        TypeProto.Tensor.newBuilder()
                                                .setElemType(type.getNumber())
                                                .setShape(shape)));
    }

    /// FP32 weights 0, 1, 2 … as raw data.
    public static TensorProto.Builder weights(String name, long... dims) {
        int count = 1;
        var tensor =
                TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(TensorProto.DataType.FLOAT.getNumber());
        for (long dim : dims) {
            tensor.addDims(dim);
            count *= (int) dim;
        }
        var bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putFloat(i);
        }
        return tensor.setRawData(ByteString.copyFrom(bytes.flip()));
    }

    /// FP32 weights `[4,4]` outside the file.
    ///
    /// @param entries keys and values of `external_data`, in turn
    public static TensorProto.Builder external(String name, String... entries) {
        var tensor =
                weights(name, 4, 4)
                        .clearRawData()
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL);
        for (int i = 0; i < entries.length; i += 2) {
            tensor.addExternalData(
                    StringStringEntryProto.newBuilder()
                            .setKey(entries[i])
                            .setValue(entries[i + 1]));
        }
        return tensor;
    }

    /// A sparse FP32 `[4,4]` matrix of one value.
    public static SparseTensorProto.Builder sparse(
            TensorProto.Builder values, TensorProto.Builder indices) {
        return SparseTensorProto.newBuilder()
                .setValues(values)
                .setIndices(indices)
                .addDims(4)
                .addDims(4);
    }

    public static GraphProto.Builder matMulGraph() {
        return graph().addNode(node("MatMul", "x", "w", "y"));
    }

    public static AttributeProto.Builder graphAttribute(String name, GraphProto.Builder graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.GRAPH)
                .setG(graph);
    }

    public static AttributeProto.Builder tensorAttribute(String name, TensorProto.Builder tensor) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.TENSOR)
                .setT(tensor);
    }

    public static OperatorSetIdProto opset(String domain, long version) {
        return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
    }

    /// A function of domain `local` from `a` to `b`, still without nodes.
    public static FunctionProto.Builder function(String name) {
        return FunctionProto.newBuilder()
                .setName(name)
                .setDomain("local")
                .addInput("a")
                .addOutput("b")
                .addOpsetImport(opset("", OPSET))
                .addOpsetImport(opset("local", 1));
    }

    /// A node that calls such a function.
    public static NodeProto.Builder call(String function, String input, String output) {
        return node(function, input, output).setDomain("local");
    }

    public static TensorProto.Builder flag(String name) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.BOOL.getNumber())
                .addInt32Data(1);
    }

    private static NodeProto.Builder branching(int levels, String output) {
        return node("If", "flag", output)
                .addAttribute(graphAttribute("then_branch", branch(levels - 1, output + "t")))
                .addAttribute(graphAttribute("else_branch", branch(levels - 1, output + "e")));
    }

    private static GraphProto.Builder branch(int levels, String output) {
        return GraphProto.newBuilder()
                .setName("branch")
                .addNode(levels == 0 ? node("Identity", "x", output) : branching(levels, output))
                .addOutput(value(output, TensorProto.DataType.FLOAT, -1, 4));
    }
}
