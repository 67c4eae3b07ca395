package io.matih.inference.engine.onnx;

import static io.matih.inference.engine.onnx.OnnxModels.call;
import static io.matih.inference.engine.onnx.OnnxModels.flag;
import static io.matih.inference.engine.onnx.OnnxModels.function;
import static io.matih.inference.engine.onnx.OnnxModels.graph;
import static io.matih.inference.engine.onnx.OnnxModels.graphAttribute;
import static io.matih.inference.engine.onnx.OnnxModels.matMulGraph;
import static io.matih.inference.engine.onnx.OnnxModels.model;
import static io.matih.inference.engine.onnx.OnnxModels.node;
import static io.matih.inference.engine.onnx.OnnxModels.opset;
import static io.matih.inference.engine.onnx.OnnxModels.value;
import static io.matih.inference.engine.onnx.OnnxModels.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.matih.inference.engine.model.Finding;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.StringStringEntryProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.engine.tensor.Shape;
import io.matih.inference.engine.tensor.TensorSpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

class OnnxInspectorTest {
    private static final TensorSpec X = new TensorSpec("x", Datatype.FP32, Shape.of(-1, 4));

    @TempDir private Path folder;

    @Test
    void readsFactsOfTheFile() {
        var metadata =
                inspect(
                        OnnxModels.matMul().toBuilder()
                                .setProducerVersion("1.2")
                                .addMetadataProps(
                                        StringStringEntryProto.newBuilder()
                                                .setKey("description")
                                                .setValue("a product"))
                                .build());
        assertThat(metadata.inputs()).containsExactly(X);
        assertThat(metadata.irVersion()).isEqualTo(8);
        assertThat(metadata.opsets()).containsOnlyKeys("ai.onnx").containsValue(17L);
        assertThat(metadata.producer()).isEqualTo("matih-test 1.2");
        assertThat(metadata.description()).isEqualTo("a product");
        assertThat(metadata.nodes()).isEqualTo(1);
        assertThat(metadata.parameters()).isEqualTo(16);
        assertThat(metadata.weightBytes()).isEqualTo(64);
        assertThat(metadata.findings()).isEmpty();
    }

    @Test
    void anInputWithADefaultIsOptional() {
        var graph =
                matMulGraph()
                        .addInitializer(weights("w", 4, 4))
                        .addInput(value("w", DataType.FLOAT, 4, 4));
        assertThat(inspect(graph).inputs())
                .containsExactly(X, new TensorSpec("w", Datatype.FP32, Shape.of(4, 4), true));
        assertThat(inspect(model(graph).setIrVersion(3).build()).inputs()).containsExactly(X);
    }

    @Test
    void axesWithoutAFixedLengthAreAny() {
        var graph = graph().addNode(node("Identity", "x", "y"));
        var shape =
                graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
        shape.getDimBuilder(0).setDimValue(-1);
        shape.getDimBuilder(1).clearValue();
        assertThat(inspect(graph).inputs().getFirst().shape()).isEqualTo(Shape.of(-1, -1));
    }

    @Test
    void aMissingShapeIsUnknownAndSaidSo() {
        var graph = graph().addNode(node("Identity", "x", "y"));
        graph.getOutputBuilder(0).getTypeBuilder().getTensorTypeBuilder().clearShape();
        var metadata = inspect(graph);
        assertThat(metadata.outputs().getFirst().shape()).isEqualTo(Shape.UNKNOWN);
        assertThat(Shape.UNKNOWN.accepts(Shape.of())).isTrue();
        assertThat(metadata.batchable()).isFalse();
        assertThat(metadata.findings()).extracting(Finding::code).containsExactly("UNKNOWN_SHAPE");
    }

    @Test
    void nodesNeedNotBeInOrder() {
        var graph = graph().addNode(node("Relu", "m", "y")).addNode(node("Neg", "x", "m"));
        assertThat(inspect(graph).nodes()).isEqualTo(2);
    }

    @Test
    void aSubgraphMayReadWhatALaterNodeMakes() {
        var branch =
                GraphProto.newBuilder()
                        .setName("branch")
                        .addNode(node("Neg", "late", "b"))
                        .addOutput(value("b", DataType.FLOAT, -1, 4));
        var other = branch.clone();
        other.getNodeBuilder(0).setOutput(0, "c");
        other.getOutputBuilder(0).setName("c");
        var graph =
                graph().addInitializer(flag("flag"))
                        .addNode(
                                node("If", "flag", "y")
                                        .addAttribute(graphAttribute("then_branch", branch))
                                        .addAttribute(graphAttribute("else_branch", other)))
                        .addNode(node("Relu", "x", "late"));
        assertThat(inspect(graph).nodes()).isEqualTo(4);
    }

    @Test
    void aFileMayDefineItsOwnOperators() {
        var metadata =
                inspect(
                        model(graph().addNode(call("f", "x", "y")))
                                .addOpsetImport(opset("local", 1))
                                .addFunctions(function("f").addNode(node("Relu", "a", "b")))
                                .build());
        assertThat(metadata.nodes()).isEqualTo(2);
        assertThat(metadata.customDomains()).containsExactly("local");
    }

    @Test
    void anUnusedImportDoesNoHarm() {
        var model =
                OnnxModels.identity().toBuilder()
                        .addOpsetImport(opset("org.example", 3))
                        .addOpsetImport(opset("com.microsoft", 1))
                        .build();
        assertThat(inspect(model).customDomains()).containsExactly("org.example");
    }

    @Test
    void followsValuesThroughArithmeticAndFunctionsButNotShapes() {
        var graph =
                graph().addInput(value("n", DataType.INT64, 1))
                        .addInput(value("ids", DataType.INT64, -1))
                        .addInput(value("unused", DataType.INT32))
                        .addNode(call("double", "n", "n2"))
                        .addNode(node("Shape", "ids", "count"))
                        .addNode(node("Concat", "n2", "count", "size"))
                        .addNode(node("Expand", "x", "size", "y"));
        var metadata =
                inspect(
                        model(graph)
                                .addOpsetImport(opset("local", 1))
                                .addFunctions(
                                        function("double").addNode(node("Add", "a", "a", "b")))
                                .build());
        assertThat(metadata.sizingInputs()).containsExactly("n");
    }

    @Test
    void followsValuesIntoTheBodyOfALoop() {
        var body =
                GraphProto.newBuilder()
                        .setName("body")
                        .addInput(value("i", DataType.INT64))
                        .addInput(value("go", DataType.BOOL))
                        .addInput(value("state", DataType.INT64, 1))
                        .addNode(node("ConstantOfShape", "state", "made"))
                        .addNode(node("Identity", "state", "next"))
                        .addNode(node("Identity", "go", "on"))
                        .addOutput(value("on", DataType.BOOL))
                        .addOutput(value("next", DataType.INT64, 1))
                        .addOutput(value("made", DataType.FLOAT, -1));
        var graph =
                graph().addInput(value("n", DataType.INT64, 1))
                        .addInput(value("rounds", DataType.INT64))
                        .addInitializer(flag("true"))
                        .addNode(
                                node("Loop", "rounds", "true", "n", "last")
                                        .addOutput("rows")
                                        .addAttribute(graphAttribute("body", body)))
                        .addNode(node("Identity", "x", "y"));
        assertThat(inspect(graph).sizingInputs()).containsExactly("n", "rounds");
    }

    /// A node's inputs times its outputs would be 2.5 billion pairs.
    @Test
    @Timeout(30)
    void aNodeOfManyInputsAndOutputsCostsNoMoreThanItsNames() {
        var wide = node("Split", "x", "y");
        for (int i = 0; i < 50_000; i++) {
            wide.addInput("x").addOutput("o" + i);
        }
        var inputs = graph().addInput(value("n", DataType.INT64, 1));
        for (int i = 0; i < 50_000; i++) {
            inputs.addInitializer(weights("w" + i, 1));
            wide.addInput("w" + i);
        }
        var graph =
                inputs.addNode(wide.addInput("n")).addNode(node("ConstantOfShape", "o7", "made"));
        assertThat(inspect(graph).sizingInputs()).containsExactly("n");
    }

    private ModelMetadata inspect(GraphProto.Builder graph) {
        return inspect(model(graph).build());
    }

    private ModelMetadata inspect(ModelProto model) {
        return new OnnxInspector(OnnxLimits.DEFAULT).inspect(OnnxModels.write(folder, model));
    }
}
