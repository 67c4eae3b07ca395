package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.OperatorSetIdProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorShapeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

/// The smallest model that a device must run to count as usable: `y = x + x` over four floats.
final class TinyModel {
    static final String INPUT = "x";
    static final int LENGTH = 4;

    private TinyModel() {}

    static byte[] bytes() {
        var graph =
                GraphProto.newBuilder()
                        .setName("probe")
                        .addInput(floats(INPUT))
                        .addOutput(floats("y"))
                        .addNode(
                                NodeProto.newBuilder()
                                        .setOpType("Add")
                                        .addInput(INPUT)
                                        .addInput(INPUT)
                                        .addOutput("y"));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static ValueInfoProto floats(String name) {
        var shape =
                TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(LENGTH));
        var type =
                TypeProto.Tensor.newBuilder()
                        .setElemType(DataType.FLOAT_VALUE)
                        .setShape(shape);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }
}
