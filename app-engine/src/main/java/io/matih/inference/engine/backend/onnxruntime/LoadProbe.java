package io.matih.inference.engine.backend.onnxruntime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.Verdict;
import io.matih.inference.engine.onnx.OnnxInspector;
import io.matih.inference.engine.onnx.OnnxLimits;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// The program of the process that examines one model: reads the file, loads it, runs it once on
/// zeros, and prints its verdict as one line of JSON.
final class LoadProbe {
    static final int EXIT_DONE = 0;

    /// By the virtual machine's `ExitOnOutOfMemoryError`.
    static final int EXIT_OUT_OF_MEMORY = 3;

    private static final int EXIT_FAILED = 70;
    private static final int EXIT_PARENT_GONE = 75;

    private LoadProbe() {}

    /// @param arguments the model file; milliseconds that the trial run may take
    public static void main(String[] arguments) {
        Thread.ofPlatform().daemon().name("parent").start(LoadProbe::goWithParent);
        try {
            var verdict =
                    examine(
                            new OnnxInspector(OnnxLimits.DEFAULT)::inspect,
                            Path.of(arguments[0]),
                            Duration.ofMillis(Long.parseLong(arguments[1])));
            System.out.writeBytes((ProbeReport.of(verdict).toJson() + "\n").getBytes(UTF_8));
            System.out.flush();
            // What is loaded goes with the process; its temporary folder is the parent's to remove.
            Runtime.getRuntime().halt(EXIT_DONE);
        } catch (RuntimeException | LinkageError e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(EXIT_FAILED);
        }
    }

    static Verdict examine(ModelReader reader, Path model, Duration trial) {
        try {
            var metadata = reader.read(model);
            return new Verdict.Accepted(new TrialLoad(model, trial).confirm(metadata));
        } catch (ServingException e) {
            return new Verdict.Refused(e.code(), e.getMessage(), e.details());
        } catch (StackOverflowError e) {
            return new Verdict.Refused(
                    ErrorCode.MODEL_LIMIT, "The model's graph is nested too deeply", List.of());
        }
    }

    private static void goWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever sent.
            }
        } catch (IOException e) {
            // As good as the end.
        }
        Runtime.getRuntime().halt(EXIT_PARENT_GONE);
    }
}
