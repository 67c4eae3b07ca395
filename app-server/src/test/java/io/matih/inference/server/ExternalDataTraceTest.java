package io.matih.inference.server;

import static io.matih.inference.engine.onnx.OnnxModels.external;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.onnx.OnnxModels;
import io.matih.inference.engine.onnx.proto.OnnxMl.GraphProto;
import io.matih.inference.engine.onnx.proto.OnnxMl.ModelProto;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// A whole server, its probing processes included, under `strace`: of files that a model must not
/// name, no byte is read, whichever part of the server meets the name first.
@Tag("slow")
@Timeout(300)
@EnabledOnOs(OS.LINUX)
class ExternalDataTraceTest {
    private static final List<String> READING =
            List.of(
                    "read",
                    "pread64",
                    "readv",
                    "preadv",
                    "preadv2",
                    "mmap",
                    "sendfile",
                    "copy_file_range",
                    "splice");

    /// The call with the file behind each of its descriptors: `[pid 7] read(5</a/b>, ""..., 64)`.
    private static final Pattern CALL =
            Pattern.compile("(?:\\[pid +\\d+\\] |\\d+ +)?(\\w+)\\(.*?</([^>]*)>.*");

    @TempDir private Path temp;

    private Path outside = Path.of("");
    private Path root = Path.of("");
    private final Map<String, ModelProto> models = new LinkedHashMap<>();
    private final Set<String> forbidden = new HashSet<>();

    @BeforeEach
    void prepare() throws IOException, InterruptedException {
        outside = temp.toRealPath();
        root = Files.createDirectories(outside.resolve("root"));
        named();
        placed();
        linked();
    }

    private void named() throws IOException {
        var secret = secret(outside.resolve("secret.bin"));
        secret(root.resolve("secret.bin"));
        var locations =
                List.of(
                        "../secret.bin",
                        "../../secret.bin",
                        "a/../../secret.bin",
                        secret.toString(),
                        "file://" + secret,
                        "http://127.0.0.1:9/secret.bin",
                        "C:\\secret.bin",
                        "\\\\host\\share\\secret.bin",
                        "../secret.bin\0.txt");
        for (int i = 0; i < locations.size(); i++) {
            models.put("named" + i, OnnxModels.withExternalData(locations.get(i), 0));
        }
    }

    private void placed() {
        var tensor = external("w", "location", "../../secret.bin");
        var identity = OnnxModels.node("Identity", "x", "y");
        var constant =
                OnnxModels.node("Constant", "c")
                        .addAttribute(OnnxModels.tensorAttribute("value", tensor));
        var body = GraphProto.newBuilder().setName("body").addInitializer(tensor);
        put(
                "sparse",
                OnnxModels.model(
                        OnnxModels.graph()
                                .addNode(identity)
                                .addSparseInitializer(
                                        OnnxModels.sparse(tensor, OnnxModels.weights("", 1)))));
        put("attribute", OnnxModels.model(OnnxModels.graph().addNode(identity).addNode(constant)));
        put(
                "subgraph",
                OnnxModels.model(
                        OnnxModels.graph()
                                .addNode(identity)
                                .addNode(
                                        OnnxModels.node("Constant", "c")
                                                .addAttribute(
                                                        OnnxModels.graphAttribute("body", body)))));
        put(
                "function",
                OnnxModels.model(OnnxModels.graph().addNode(OnnxModels.call("f", "x", "y")))
                        .addOpsetImport(OnnxModels.opset("local", 1))
                        .addFunctions(
                                OnnxModels.function("f")
                                        .addNode(OnnxModels.node("Relu", "a", "b"))
                                        .addNode(constant)));
    }

    private void put(String name, ModelProto.Builder model) {
        models.put(name, model.build());
    }

    private void linked() throws IOException, InterruptedException {
        var secret = outside.resolve("secret.bin");
        var real = Files.createDirectory(outside.resolve("real"));
        secret(real.resolve("w.bin"));
        Files.createSymbolicLink(companion("symlink"), secret);
        Files.createSymbolicLink(companion("zero"), Path.of("/dev/zero"));
        Files.createSymbolicLink(companion("environ"), Path.of("/proc/self/environ"));
        Files.createLink(companion("hardlink"), secret);
        try (var file = new RandomAccessFile(companion("sparse_file").toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        var fifo = companion("fifo").toString();
        assertThat(new ProcessBuilder("mkfifo", fifo).start().waitFor()).isZero();
        models.put("parent", OnnxModels.withExternalData("linked/w.bin", 0));
        Files.createSymbolicLink(folder("parent").resolve("linked"), real);
        forbidden.add("/dev/zero");
    }

    private Path companion(String name) throws IOException {
        models.put(name, OnnxModels.withExternalData("w.bin", 0));
        var file = folder(name).resolve("w.bin");
        forbidden.add(file.toString());
        return file;
    }

    private Path secret(Path file) throws IOException {
        forbidden.add(file.toString());
        return Files.write(file, new byte[64]);
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }

    @Test
    void noByteOfAForbiddenFileIsRead() throws Exception {
        models.put("good", OnnxModels.withExternalData("w.bin", 0));
        Files.write(folder("good").resolve("w.bin"), new byte[64]);
        for (var model : models.entrySet()) {
            OnnxModels.write(folder(model.getKey()), model.getValue());
        }

        var read = readWhileDeploying();

        assertThat(read).as("what is watched").contains(root + "/good/w.bin");
        assertThat(read).doesNotContainAnyElementsOf(forbidden);
        assertThat(read).noneMatch(file -> file.matches("/proc/[^/]+/environ"));
    }

    private Set<String> readWhileDeploying() throws IOException, InterruptedException {
        var trace = outside.resolve("trace");
        var calls = new ArrayList<String>();
        READING.forEach(call -> calls.add("?" + call));
        var strace =
                List.of(
                        "strace",
                        "-f",
                        "-qq",
                        "-y",
                        "-s",
                        "0",
                        "--seccomp-bpf",
                        "-e",
                        "trace=" + String.join(",", calls),
                        "-e",
                        "signal=none",
                        "-o",
                        trace.toString());
        try (var server =
                ServerProcess.startUnder(
                        strace, outside.resolve("data"), "--store.roots", root.toString())) {
            for (var name : models.keySet()) {
                deploy(server, name, root + "/" + name + "/model.onnx");
            }
            for (var name : List.of("symlink", "zero", "environ", "hardlink", "fifo", "parent")) {
                deploy(server, name, root + "/" + name);
            }
            server.process().children().forEach(ProcessHandle::destroy);
            server.process().waitFor();
        }
        var read = new HashSet<String>();
        try (var lines = Files.lines(trace, UTF_8)) {
            lines.forEach(
                    line -> {
                        var call = CALL.matcher(line);
                        if (call.matches() && READING.contains(call.group(1))) {
                            read.add("/" + call.group(2));
                        }
                    });
        }
        return read;
    }

    private static void deploy(ServerProcess server, String name, String path)
            throws IOException, InterruptedException {
        var body =
                "{\"name\":\"%s\",\"source\":{\"uri\":\"file:%s\"}}"
                        .formatted(name.replace('_', '-'), path);
        var answer =
                server.post(TestServer.API + "/deploy", "application/json", body.getBytes(UTF_8));
        assertThat(answer.statusCode())
                .as("%s: %s", name, answer.body())
                .isIn(name.equals("good") ? List.of(200) : List.of(403, 413, 422));
    }
}
