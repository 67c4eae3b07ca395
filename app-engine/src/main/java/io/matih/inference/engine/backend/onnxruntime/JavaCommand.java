package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The command line of a small Java process on this one's Java and class path. All but the program
/// stands in an argument file: class paths are long, and command lines have limits.
final class JavaCommand {
    private static final List<String> KEPT_VARIABLES =
            List.of("LANG", "LC_ALL", "LC_CTYPE", "SystemRoot");
    private static final String NATIVE_PATH = "onnxruntime.native.path";

    private final String mainClass;
    private final Path folder;
    private final List<String> options = new ArrayList<>();

    /// @param folder private; becomes the process's working and temporary directory
    JavaCommand(String mainClass, Path folder, long heapBytes) {
        this.mainClass = mainClass;
        this.folder = folder;
        options.add("-XX:TieredStopAtLevel=1");
        options.add("-XX:+UseSerialGC");
        options.add("-Xshare:auto");
        options.add("-Xmx" + (heapBytes >> 20) + "m");
        options.add("-XX:+ExitOnOutOfMemoryError");
        options.add("-XX:-CreateCoredumpOnCrash");
        options.add("--enable-native-access=ALL-UNNAMED");
        options.add("-Djava.io.tmpdir=" + folder);
        var natives = System.getProperty(NATIVE_PATH);
        if (natives != null) {
            options.add("-D" + NATIVE_PATH + "=" + Path.of(natives).toAbsolutePath());
        }
        options.add("-cp");
        options.add(classPath());
    }

    ProcessBuilder build(String... arguments) throws IOException {
        options.add(mainClass);
        options.addAll(Arrays.asList(arguments));
        var file = folder.resolve("arguments");
        Files.writeString(
                file,
                options.stream().map(JavaCommand::quoted).collect(Collectors.joining("\n")));
        var builder = new ProcessBuilder(java(), "@" + file).directory(folder.toFile());
        restrict(builder.environment());
        return builder;
    }

    /// Nothing of this process's environment but what decides how file names are read.
    private static void restrict(Map<String, String> environment) {
        environment.keySet().retainAll(KEPT_VARIABLES);
        environment.put("ORT_DISABLE_TELEMETRY", "1");
    }

    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /// Absolute, because the process works elsewhere.
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String java() {
        var bin = Path.of(System.getProperty("java.home"), "bin");
        for (var name : List.of("java", "java.exe")) {
            if (Files.isExecutable(bin.resolve(name))) {
                return bin.resolve(name).toString();
            }
        }
        throw new ServingException(
                ErrorCode.INTERNAL,
                "Models cannot be examined: the Java runtime of this server has no java program");
    }
}
