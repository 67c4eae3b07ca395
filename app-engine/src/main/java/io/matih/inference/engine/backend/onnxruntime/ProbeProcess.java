package io.matih.inference.engine.backend.onnxruntime;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.Verdict;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.core.JacksonException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Lets a child process load a model that nobody trusts yet, and kills it where it takes too long
/// or too much. The child's standard input stays open as its life line: when this process ends, in
/// whatever way, the child reads its end and goes.
final class ProbeProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeProcess.class);
    private static final long POLL_MILLIS = 20;
    private static final long MIB = 1 << 20;
    private static final int MAX_ERROR_TEXT = 8192;
    private static final int SIGNAL = 128;

    private final String mainClass;
    private final OnnxRuntimeSettings settings;
    private final Set<Process> children = ConcurrentHashMap.newKeySet();

    /// @param mainClass a program that takes a model's path and the milliseconds that a trial run
    ///   may take, and answers with a `ProbeReport` as the last line of its standard output
    ProbeProcess(String mainClass, OnnxRuntimeSettings settings) {
        this.mainClass = mainClass;
        this.settings = settings;
    }

    Verdict examine(ModelArtifact artifact) {
        try {
            var folder = Files.createTempDirectory("matih-probe");
            try {
                return examine(artifact, folder);
            } finally {
                delete(folder);
            }
        } catch (IOException e) {
            throw new ServingException(
                    ErrorCode.INTERNAL, "The process that examines models cannot be started", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "The examination was given up", e);
        }
    }

    private Verdict examine(ModelArtifact artifact, Path folder)
            throws IOException, InterruptedException {
        long memory = settings.probeMemoryBytes(artifact.sizeBytes());
        var answer = folder.resolve("answer");
        var errors = folder.resolve("errors");
        var builder =
                new JavaCommand(mainClass, folder, Math.max(64 * MIB, memory / 2))
                        .build(
                                artifact.modelPath().toString(),
                                Long.toString(settings.probeTime().toMillis() / 4))
                        .redirectOutput(answer.toFile())
                        .redirectError(errors.toFile());
        var child = builder.start();
        children.add(child);
        try {
            var refusal = watch(child, memory);
            return refusal != null ? refusal : verdict(child.exitValue(), answer, errors);
        } finally {
            child.destroyForcibly();
            child.waitFor();
            children.remove(child);
        }
    }

    /// Waits for the child's end.
    ///
    /// @return what to say where it had to be killed
    private Verdict.@Nullable Refused watch(Process child, long memory)
            throws InterruptedException {
        var deadline = Deadline.after(settings.probeTime());
        while (!child.waitFor(POLL_MILLIS, MILLISECONDS)) {
            if (deadline.passed()) {
                return limit(
                        "Loading the model took longer than %d ms"
                                .formatted(settings.probeTime().toMillis()));
            }
            if (ResidentMemory.of(child.pid()).orElse(0) > memory) {
                return limit("Loading the model took more than %d MiB".formatted(memory / MIB));
            }
        }
        return null;
    }

    private Verdict verdict(int exit, Path answer, Path errors) throws IOException {
        if (exit == LoadProbe.EXIT_DONE) {
            return parse(answer, errors);
        }
        if (exit == LoadProbe.EXIT_OUT_OF_MEMORY || exit == SIGNAL + 9) {
            return limit("Loading the model took more memory than it may");
        }
        if (exit > SIGNAL) {
            return new Verdict.Refused(
                    ErrorCode.MODEL_INVALID,
                    "The model crashes ONNX Runtime (signal %d)".formatted(exit - SIGNAL),
                    List.of());
        }
        throw failed("ended with code " + exit, errors);
    }

    private static Verdict parse(Path answer, Path errors) throws IOException {
        var text = Files.readString(answer).strip();
        try {
            return ProbeReport.parse(text.substring(text.lastIndexOf('\n') + 1)).verdict();
        } catch (JacksonException | IllegalStateException e) {
            throw failed("gave no verdict", errors);
        }
    }

    private static ServingException failed(String what, Path errors) throws IOException {
        LOG.error("the process that examines models {}: {}", what, head(errors));
        return new ServingException(
                ErrorCode.INTERNAL, "The process that examines models " + what);
    }

    private static String head(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_ERROR_TEXT), StandardCharsets.UTF_8);
        }
    }

    private static Verdict.Refused limit(String message) {
        return new Verdict.Refused(ErrorCode.MODEL_LIMIT, message, List.of());
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// Kills the children that run.
    @Override
    public void close() {
        children.forEach(Process::destroyForcibly);
    }
}
