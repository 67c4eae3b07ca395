package io.matih.inference.engine.onnx;

import static io.matih.inference.engine.onnx.OnnxModels.call;
import static io.matih.inference.engine.onnx.OnnxModels.external;
import static io.matih.inference.engine.onnx.OnnxModels.function;
import static io.matih.inference.engine.onnx.OnnxModels.graph;
import static io.matih.inference.engine.onnx.OnnxModels.graphAttribute;
import static io.matih.inference.engine.onnx.OnnxModels.matMulGraph;
import static io.matih.inference.engine.onnx.OnnxModels.model;
import static io.matih.inference.engine.onnx.OnnxModels.node;
import static io.matih.inference.engine.onnx.OnnxModels.opset;
import static io.matih.inference.engine.onnx.OnnxModels.sparse;
import static io.matih.inference.engine.onnx.OnnxModels.tensorAttribute;
import static io.matih.inference.engine.onnx.OnnxModels.value;
import static io.matih.inference.engine.onnx.OnnxModels.weights;
import static io.matih.inference.engine.onnx.OnnxModels.withExternalData;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.onnx.proto.OnnxMl.AttributeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.NodeProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataLocation;
import io.matih.inference.engine.onnx.proto.OnnxMl.TensorProto.DataType;
import io.matih.inference.engine.onnx.proto.OnnxMl.TrainingInfoProto;

import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;

/// Rows 47 to 49 of the bad-input catalogue.
@Timeout(60)
class OnnxExternalDataTest {
    @TempDir private Path temp;

    @Test
    void acceptsPlainFilesBesideTheModel() throws IOException {
        Files.createDirectories(folder().resolve("weights"));
        Files.write(folder().resolve("weights/w.bin"), new byte[96]);
        var file = write(withExternalData("weights/w.bin", 32));
        var metadata = new OnnxInspector(OnnxLimits.DEFAULT).inspect(file);
        assertThat(metadata.externalData()).containsExactly("weights/w.bin");
        assertThat(metadata.weightBytes()).isEqualTo(64);
        assertThat(OnnxExternalData.locations(file)).containsExactly("weights/w.bin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/passwd",
                "a/../../x",
                "..",
                "./w.bin",
                "a//w.bin",
                "/etc/passwd",
                "",
                " ",
                "C:\\secret",
                "C:secret",
                "\\\\host\\share",
                "..\\x",
                "http://host/x",
                "file:///etc/passwd",
                "w.bin\0.txt",
                "w.bin\n",
                "w.bin/",
                "*/_ORT_MEM_ADDR_/*"
            })
    void refusesLocationsOutsideTheFolder(String location) {
        var file = write(withExternalData(location, 0));
        assertThat(refusal(file).code()).isEqualTo(ErrorCode.EXTERNAL_DATA_FORBIDDEN);
        assertThat(
                        catchThrowableOfType(
                                        ServingException.class,
                                        () -> OnnxExternalData.locations(file))
                                .code())
                .isEqualTo(ErrorCode.EXTERNAL_DATA_FORBIDDEN);
    }

    static Stream<Named<Function<TensorProto.Builder, ModelProto>>> places() {
        return Stream.of(
                place("initializer", t -> model(matMulGraph().addInitializer(t))),
                place(
                        "sparse values",
                        t ->
                                model(
                                        identityGraph()
                                                .addSparseInitializer(sparse(t, weights("", 1))))),
                place(
                        "sparse indices",
                        t ->
                                model(
                                        identityGraph()
                                                .addSparseInitializer(sparse(weights("s", 1), t)))),
                place("attribute", t -> attribute(tensorAttribute("value", t))),
                place(
                        "attribute list",
                        t -> attribute(AttributeProto.newBuilder().setName("v").addTensors(t))),
                place(
                        "sparse attribute",
                        t ->
                                attribute(
                                        AttributeProto.newBuilder()
                                                .setSparseTensor(sparse(t, weights("", 1))))),
                place(
                        "sparse attribute list",
                        t ->
                                attribute(
                                        AttributeProto.newBuilder()
                                                .addSparseTensors(sparse(weights("s", 1), t)))),
                place("subgraph", t -> attribute(graphAttribute("body", body(t)))),
                place("graph list", t -> attribute(AttributeProto.newBuilder().addGraphs(body(t)))),
                place(
                        "subgraph of a subgraph",
                        t ->
                                attribute(
                                        graphAttribute(
                                                "body",
                                                body(weights("v", 1))
                                                        .addNode(
                                                                constant("k")
                                                                        .addAttribute(
                                                                                graphAttribute(
                                                                                        "inner",
                                                                                        body(
                                                                                                t))))))),
                place(
                        "function",
                        t ->
                                model(graph().addNode(call("f", "x", "y")))
                                        .addOpsetImport(opset("local", 1))
                                        .addFunctions(
                                                function("f")
                                                        .addNode(node("Relu", "a", "b"))
                                                        .addNode(
                                                                constant("k")
                                                                        .addAttribute(
                                                                                tensorAttribute(
                                                                                        "value",
                                                                                        t))))),
                place(
                        "function's default",
                        t ->
                                model(identityGraph())
                                        .addFunctions(
                                                function("f")
                                                        .addNode(node("Relu", "a", "b"))
                                                        .addAttributeProto(
                                                                tensorAttribute("value", t)))),
                place(
                        "training",
                        t ->
                                model(identityGraph())
                                        .addTrainingInfo(
                                                TrainingInfoProto.newBuilder()
                                                        .setAlgorithm(
                                                                GraphProto.newBuilder()
                                                                        .addInitializer(t)))));
    }

    @ParameterizedTest
    @MethodSource("places")
    void findsExternalTensorsEverywhere(Function<TensorProto.Builder, ModelProto> place)
            throws IOException {
        var outside = write(place.apply(external("w", "location", "../secret")));
        assertThat(refusal(outside).code()).isEqualTo(ErrorCode.EXTERNAL_DATA_FORBIDDEN);
        var unmarked =
                place.apply(
                        weights("w", 4, 4)
                                .addAllExternalData(
                                        external("w", "location", "../secret")
                                                .getExternalDataList()));
        assertThat(refusal(write(unmarked)).code()).isEqualTo(ErrorCode.EXTERNAL_DATA_FORBIDDEN);
        var inside = write(place.apply(external("w", "location", "w.bin")));
        assertThat(OnnxExternalData.locations(inside)).containsExactly("w.bin");
    }

    /// Were a target ever opened, the pipe would block here until the time limit.
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesWhatIsNoPlainFileWithoutOpeningIt() throws Exception {
        var secret = Files.write(temp.resolve("secret"), new byte[64]);
        var folder = folder();
        Files.createSymbolicLink(folder.resolve("symlink"), secret);
        Files.createSymbolicLink(folder.resolve("symlinked"), Files.createDirectory(temp("real")));
        Files.write(temp("real").resolve("w.bin"), new byte[64]);
        Files.createLink(folder.resolve("hardlink"), secret);
        Files.createSymbolicLink(folder.resolve("zero"), Path.of("/dev/zero"));
        Files.createSymbolicLink(folder.resolve("environ"), Path.of("/proc/self/environ"));
        Files.createDirectory(folder.resolve("directory"));
        Files.write(folder.resolve("file"), new byte[64]);
        assertThat(
                        new ProcessBuilder("mkfifo", folder.resolve("fifo").toString())
                                .start()
                                .waitFor())
                .isZero();
        for (var name :
                new String[] {
                    "symlink",
                    "symlinked/w.bin",
                    "hardlink",
                    "zero",
                    "environ",
                    "directory",
                    "file/w.bin",
                    "fifo",
                    "model.onnx"
                }) {
            var refusal = refusal(write(withExternalData(name, 0)));
            assertThat(refusal.code()).as(name).isEqualTo(ErrorCode.EXTERNAL_DATA_FORBIDDEN);
            assertThat(refusal).hasMessageContaining(name);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesAModelFileThatIsAPipe() throws Exception {
        var pipe = folder().resolve("pipe.onnx");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        assertThat(refusal(pipe).code()).isEqualTo(ErrorCode.MODEL_INVALID);
    }

    @Test
    void refusesAMissingFile() {
        var refusal = refusal(write(withExternalData("w.bin", 0)));
        assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_INVALID);
        assertThat(refusal).hasMessageContaining("'w.bin' is missing");
    }

    @Test
    void refusesADataFileAboveTheLimit() throws IOException {
        try (var file = new RandomAccessFile(folder().resolve("w.bin").toFile(), "rw")) {
            file.setLength(OnnxLimits.DEFAULT.maxWeightBytes() + 1);
        }
        assertThat(refusal(write(withExternalData("w.bin", 0))).code())
                .isEqualTo(ErrorCode.MODEL_LIMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "offset=65",
                "offset=129",
                "offset=-1",
                "offset=+1",
                "offset=1e3",
                "offset=",
                "offset=9223372036854775807",
                "offset=9223372036854775808",
                "length=63",
                "length=65",
                "length=0",
                "length=-1",
                "length=18446744073709551616",
                "basepath=/etc",
                "prepacked_0=x"
            })
    void refusesRangesThatDoNotFit(String entry) throws IOException {
        Files.write(folder().resolve("w.bin"), new byte[128]);
        var pair = entry.split("=", -1);
        var tensor = external("w", "location", "w.bin", pair[0], pair[1]);
        var refusal = refusal(write(model(matMulGraph().addInitializer(tensor)).build()));
        assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_INVALID);
        assertThat(refusal).hasMessageContaining("'w'");
    }

    @Test
    void refusesRangesThatOverlapUnlessTheyAreTheSame() throws IOException {
        Files.write(folder().resolve("w.bin"), new byte[256]);
        assertThat(refusal(write(twoRanges(0, 60))).code()).isEqualTo(ErrorCode.MODEL_INVALID);
        var inspector = new OnnxInspector(OnnxLimits.DEFAULT);
        assertThat(inspector.inspect(write(twoRanges(0, 64))).parameters()).isEqualTo(32);
        assertThat(inspector.inspect(write(twoRanges(64, 64))).parameters()).isEqualTo(32);
    }

    @Test
    void refusesAnEntryGivenTwiceAndDataInBothPlaces() throws IOException {
        Files.write(folder().resolve("w.bin"), new byte[64]);
        var twice = external("w", "location", "w.bin", "location", "v.bin");
        assertThat(refusal(write(model(matMulGraph().addInitializer(twice)).build())))
                .hasMessageContaining("location twice");
        var both =
                weights("w", 4, 4)
                        .setDataLocation(DataLocation.EXTERNAL)
                        .addAllExternalData(
                                external("w", "location", "w.bin").getExternalDataList());
        assertThat(refusal(write(model(matMulGraph().addInitializer(both)).build())))
                .hasMessageContaining("both in the model file and in external data");
    }

    private static ModelProto twoRanges(long first, long second) {
        return model(
                        matMulGraph()
                                .addInitializer(
                                        external(
                                                "w",
                                                "location",
                                                "w.bin",
                                                "offset",
                                                Long.toString(first)))
                                .addInitializer(
                                        external(
                                                "v",
                                                "location",
                                                "w.bin",
                                                "offset",
                                                Long.toString(second))))
                .build();
    }

    private static Named<Function<TensorProto.Builder, ModelProto>> place(
            String name, Function<TensorProto.Builder, ModelProto.Builder> place) {
        return Named.of(name, tensor -> place.apply(tensor).build());
    }

    private static ModelProto.Builder attribute(AttributeProto.Builder attribute) {
        return model(identityGraph().addNode(constant("c").addAttribute(attribute)));
    }

    private static NodeProto.Builder constant(String output) {
        return node("Constant", output);
    }

    private static GraphProto.Builder body(TensorProto.Builder initializer) {
        return GraphProto.newBuilder()
                .setName("body")
                .addInitializer(initializer)
                .addNode(node("Relu", "x", "inner"))
                .addOutput(value("inner", DataType.FLOAT, -1, 4));
    }

    private static GraphProto.Builder identityGraph() {
        return graph().addNode(node("Identity", "x", "y"));
    }

    private Path folder() throws IOException {
        return Files.createDirectories(temp("model"));
    }

    private Path temp(String name) {
        return temp.resolve(name);
    }

    private Path write(ModelProto model) {
        try {
            return OnnxModels.write(folder(), model);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServingException refusal(Path file) {
        var inspector = new OnnxInspector(OnnxLimits.DEFAULT);
        var refusal = catchThrowableOfType(ServingException.class, () -> inspector.inspect(file));
        assertThat(refusal).isNotNull();
        assertThat(refusal.getMessage()).doesNotContain(temp.toString(), "io.matih");
        return refusal;
    }
}
