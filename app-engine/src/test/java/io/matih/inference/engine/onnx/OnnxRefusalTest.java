package io.matih.inference.engine.onnx;

import static io.matih.inference.engine.onnx.OnnxModels.call;
import static io.matih.inference.engine.onnx.OnnxModels.function;
import static io.matih.inference.engine.onnx.OnnxModels.graph;
import static io.matih.inference.engine.onnx.OnnxModels.identity;
import static io.matih.inference.engine.onnx.OnnxModels.matMulGraph;
import static io.matih.inference.engine.onnx.OnnxModels.model;
import static io.matih.inference.engine.onnx.OnnxModels.node;
import static io.matih.inference.engine.onnx.OnnxModels.opset;
import static io.matih.inference.engine.onnx.OnnxModels.value;
import static io.matih.inference.engine.onnx.OnnxModels.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.onnx.proto.OnnxMl.TypeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ValueInfoProto;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;

/// Rows 43 to 46 of the bad-input catalogue.
class OnnxRefusalTest {
    private static final OnnxLimits DEFAULT = OnnxLimits.DEFAULT;

    @TempDir private Path folder;

    static Stream<Arguments> foreignFiles() {
        return Stream.of(
                Arguments.of("", "empty"),
                Arguments.of("PK\u0003\u0004rest of archive", "ZIP"),
                Arguments.of("\u0080\u0004\u0095\u0010\0\0\0\0", "pickle"),
                Arguments.of("\u0089HDF\r\n\u001a\n", "HDF5"),
                Arguments.of("\u001f\u008b\b\0\0\0\0", "gzip"),
                Arguments.of("GGUF\u0003\0\0\0", "GGUF"),
                Arguments.of("\u0018\0\0\0ORTM\0\0", ".ort"),
                Arguments.of("version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
                Arguments.of("<!DOCTYPE html><html>", "web page"),
                Arguments.of("weights, bias\n1, 2\n", "text"));
    }

    @ParameterizedTest
    @MethodSource("foreignFiles")
    void saysWhatAForeignFileIs(String bytes, String words) {
        var refusal = refusal(bytes.getBytes(StandardCharsets.ISO_8859_1), DEFAULT);
        assertThat(refusal).hasMessageContaining(words);
        assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_INVALID);
    }

    @Test
    void refusesAMissingFile() {
        var inspector = new OnnxInspector(DEFAULT);
        assertThat(
                        catchThrowableOfType(
                                        ServingException.class,
                                        () -> inspector.inspect(folder.resolve("none.onnx")))
                                .code())
                .isEqualTo(ErrorCode.MODEL_INVALID);
    }

    /// A model cut short, or with bytes changed, is refused or read, but nothing else ever happens.
    @Test
    void survivesEveryCutAndManyChangedBytes() {
        var bytes = OnnxModels.ifBomb(2).toByteArray();
        for (int length = 0; length < bytes.length; length++) {
            assertThat(refusal(Arrays.copyOf(bytes, length), DEFAULT).code())
                    .isIn(ErrorCode.MODEL_INVALID, ErrorCode.UNSUPPORTED_OPERATOR);
        }
        var random = new Random(20);
        var inspector = new OnnxInspector(DEFAULT);
        for (int round = 0; round < 2_000; round++) {
            var changed = bytes.clone();
            for (int i = 0; i < 3; i++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            var file = OnnxModels.write(folder, changed);
            try {
                inspector.inspect(file);
            } catch (ServingException expected) {
                assertThat(expected.code()).isNotEqualTo(ErrorCode.INTERNAL);
            }
        }
    }

    @Test
    void refusesRandomBytes() {
        var random = new Random(20);
        for (int round = 0; round < 500; round++) {
            var bytes = new byte[1 + random.nextInt(200)];
            random.nextBytes(bytes);
            assertThat(refusal(bytes, DEFAULT).code())
                    .isIn(ErrorCode.MODEL_INVALID, ErrorCode.MODEL_LIMIT);
        }
    }

    static Stream<Arguments> invalidModels() {
        return Stream.of(
                refused("no graph", identity().toBuilder().clearGraph(), "no graph"),
                refused("no IR version", identity().toBuilder().clearIrVersion(), "ir_version"),
                refused("no outputs", model(identityGraph().clearOutput()), "no outputs"),
                refused("no nodes", model(graph()), "'y' of the graph is never produced"),
                refused(
                        "undefined tensor",
                        model(graph().addNode(node("Add", "x", "ghost", "y"))),
                        "'ghost', which nothing produces"),
                refused("cycle", OnnxModels.cyclic().toBuilder(), "cycle"),
                refused(
                        "tensor produced twice",
                        model(identityGraph().addNode(node("Relu", "x", "y"))),
                        "two tensors named 'y'"),
                refused(
                        "node result named like an input",
                        model(identityGraph().addNode(node("Relu", "y", "x"))),
                        "two tensors named 'x'"),
                refused(
                        "input twice",
                        model(identityGraph().addInput(value("x", DataType.FLOAT))),
                        "input given twice"),
                refused(
                        "output twice",
                        model(identityGraph().addOutput(value("y", DataType.FLOAT))),
                        "output given twice"),
                refused(
                        "initializer twice",
                        model(
                                matMulGraph()
                                        .addInitializer(weights("w", 4, 4))
                                        .addInitializer(weights("w", 4, 4))),
                        "initializer given twice"),
                refused(
                        "opset twice",
                        identity().toBuilder().addOpsetImport(opset("ai.onnx", 18)),
                        "versions 17 and 18"),
                refused(
                        "raw data too short",
                        weightsOf(weights("w", 4, 4).setRawData(ByteString.copyFrom(new byte[63]))),
                        "takes 64 bytes, but the file holds 63"),
                refused(
                        "too few values",
                        weightsOf(weights("w", 4, 4).clearRawData().addFloatData(1)),
                        "takes 16 values, but the file holds 1"),
                refused("negative dim", weightsOf(weights("w", 4, 4).setDims(0, -4)), "negative"),
                refused(
                        "overflowing dims",
                        weightsOf(weights("w", 4, 4).setDims(0, 1L << 62)),
                        "which no machine can hold"),
                refused("unknown type", weightsOf(weights("w", 4, 4).setDataType(99)), "type 99"),
                refused(
                        "negative axis of an input",
                        inputOf(value("x", DataType.FLOAT, 4)).setGraph(negativeAxis()),
                        "length -5"),
                refused(
                        "function that calls itself",
                        model(graph().addNode(call("f", "x", "y")))
                                .addOpsetImport(opset("local", 1))
                                .addFunctions(function("f").addNode(call("f", "a", "b"))),
                        "calls itself"));
    }

    @ParameterizedTest
    @MethodSource("invalidModels")
    void refusesInvalidModels(ModelProto.Builder model, String words) {
        var refusal = refusal(model.build().toByteArray(), DEFAULT);
        assertThat(refusal).hasMessageContaining(words);
        assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_INVALID);
    }

    static Stream<Arguments> unsupportedModels() {
        var sequence = TypeProto.newBuilder();
        sequence.getSequenceTypeBuilder().getElemTypeBuilder().getTensorTypeBuilder();
        return Stream.of(
                refused(
                        "custom domain",
                        model(graph().addNode(node("Magic", "x", "y").setDomain("org.example")))
                                .addOpsetImport(opset("org.example", 1)),
                        "Magic 'y' is of the custom domain 'org.example'"),
                refused(
                        "training operator",
                        model(graph().addNode(node("Adam", "x", "y").setDomain("ai.onnx.training")))
                                .addOpsetImport(opset("ai.onnx.training", 1)),
                        "ai.onnx.training"),
                refused(
                        "domain not imported",
                        model(graph().addNode(node("Gelu", "x", "y").setDomain("com.microsoft"))),
                        "'com.microsoft', which the model does not import"),
                refused("no imports", identity().toBuilder().clearOpsetImport(), "opset_import"),
                refused(
                        "future opset",
                        identity().toBuilder().setOpsetImport(0, opset("", 27)),
                        "version 27 of domain 'ai.onnx'; this server has up to 26"),
                refused(
                        "future ml opset",
                        identity().toBuilder().addOpsetImport(opset("ai.onnx.ml", 6)),
                        "ai.onnx.ml"),
                refused("future IR", identity().toBuilder().setIrVersion(14), "ir_version 14"),
                refused("complex input", inputOf(value("x", DataType.COMPLEX64)), "COMPLEX64"),
                refused("float8 input", inputOf(value("x", DataType.FLOAT8E4M3FN)), "FLOAT8E4M3FN"),
                refused("int4 input", inputOf(value("x", DataType.INT4)), "INT4"),
                refused(
                        "sequence input",
                        inputOf(ValueInfoProto.newBuilder().setName("x").setType(sequence)),
                        "input 'x' is a sequence"));
    }

    @ParameterizedTest
    @MethodSource("unsupportedModels")
    void refusesWhatTheRuntimeLacks(ModelProto.Builder model, String words) {
        var refusal = refusal(model.build().toByteArray(), DEFAULT);
        assertThat(refusal).hasMessageContaining(words);
        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED_OPERATOR);
    }

    static Stream<Arguments> largeModels() {
        var small = new OnnxLimits(3, 8, 1, 100, 100, 1, 1);
        var roomy = new OnnxLimits(100, 8, 100, 100, 100, 1, 1);
        return Stream.of(
                Arguments.of(named("If bomb", OnnxModels.ifBomb(12)), DEFAULT, "8 deep"),
                Arguments.of(named("nodes", OnnxModels.ifBomb(2)), small, "more than 3 nodes"),
                Arguments.of(named("functions", OnnxModels.functionBomb(40)), DEFAULT, "expanded"),
                Arguments.of(
                        named(
                                "tensors",
                                model(
                                                matMulGraph()
                                                        .addInitializer(weights("w", 4, 4))
                                                        .addInitializer(weights("v", 1)))
                                        .build()),
                        small,
                        "more than 1 tensors"),
                Arguments.of(
                        named(
                                "weights",
                                model(matMulGraph().addInitializer(weights("w", 4, 8))).build()),
                        roomy,
                        "more than 100 bytes"),
                Arguments.of(
                        named(
                                "dense form of a sparse tensor",
                                model(
                                                identityGraph()
                                                        .addSparseInitializer(
                                                                OnnxModels.sparse(
                                                                                weights("v", 1),
                                                                                weights("", 1))
                                                                        .setDims(0, 1L << 30)))
                                        .build()),
                        roomy,
                        "more than 100 bytes"),
                Arguments.of(
                        named(
                                "long name",
                                model(
                                                identityGraph()
                                                        .addInput(
                                                                value(
                                                                        "z".repeat(1_025),
                                                                        DataType.FLOAT)))
                                        .build()),
                        DEFAULT,
                        "1024 characters"),
                Arguments.of(
                        named(
                                "inputs",
                                model(identityGraph().addInput(value("z", DataType.FLOAT)))
                                        .build()),
                        roomy,
                        "2 inputs"));
    }

    @ParameterizedTest
    @MethodSource("largeModels")
    void refusesWhatIsTooLarge(ModelProto model, OnnxLimits limits, String words) {
        var refusal = refusal(model.toByteArray(), limits);
        assertThat(refusal).hasMessageContaining(words);
        assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_LIMIT);
    }

    /// Two bytes for each node would be a hundred in memory: the count must come before the
    /// objects.
    @Test
    void countsNodesWhileItReads() {
        var empty = ByteString.copyFrom(new byte[] {0x0A, 0});
        var nodes = ByteString.copyFrom(Stream.generate(() -> empty).limit(300_000).toList());
        var model = new byte[nodes.size() + 5];
        model[0] = 0x3A;
        for (int i = 0; i < 4; i++) {
            model[i + 1] = (byte) (((nodes.size() >>> (7 * i)) & 0x7F) | (i < 3 ? 0x80 : 0));
        }
        nodes.copyTo(model, 5);
        assertThat(refusal(model, DEFAULT)).hasMessageContaining("more than 200000 nodes");
    }

    private static Arguments refused(String name, ModelProto.Builder model, String words) {
        return Arguments.of(Named.of(name, model), words);
    }

    private static Named<ModelProto> named(String name, ModelProto model) {
        return Named.of(name, model);
    }

    private static GraphProto.Builder identityGraph() {
        return graph().addNode(node("Identity", "x", "y"));
    }

    private static GraphProto negativeAxis() {
        var graph = identityGraph();
        graph.getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(0)
                .setDimValue(-5);
        return graph.build();
    }

    private static ModelProto.Builder inputOf(ValueInfoProto.Builder input) {
        return model(identityGraph().setInput(0, input));
    }

    private static ModelProto.Builder weightsOf(TensorProto.Builder weights) {
        return model(matMulGraph().addInitializer(weights));
    }

    private ServingException refusal(byte[] bytes, OnnxLimits limits) {
        var file = OnnxModels.write(folder, bytes);
        var inspector = new OnnxInspector(limits);
        var refusal = catchThrowableOfType(ServingException.class, () -> inspector.inspect(file));
        assertThat(refusal).isNotNull();
        assertThat(refusal.getMessage()).doesNotContain(folder.toString(), "io.matih");
        return refusal;
    }
}
