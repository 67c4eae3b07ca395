package io.matih.inference.engine.backend.onnxruntime;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.model.ModelArtifact;
import io.matih.inference.engine.model.ModelMetadata;
import io.matih.inference.engine.model.Verdict;
import io.matih.inference.engine.model.VerdictStore;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Examines models, each digest once: whoever asks while it is examined waits for that verdict,
/// whoever asks later gets the kept one. Any thread.
final class ModelProbe implements AutoCloseable {
    private final VerdictStore verdicts;
    private final String runtime;
    private final ProbeProcess process;
    private final ConcurrentHashMap<String, CompletableFuture<Verdict>> running =
            new ConcurrentHashMap<>();
    private final Semaphore slots =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

    ModelProbe(VerdictStore verdicts, String runtime, ProbeProcess process) {
        this.verdicts = verdicts;
        this.runtime = runtime;
        this.process = process;
    }

    ModelMetadata inspect(ModelArtifact artifact) {
        return switch (verdict(artifact)) {
            case Verdict.Accepted(var metadata) -> metadata;
            case Verdict.Refused(var code, var message, var details) ->
                    throw new ServingException(code, message, details, null, null);
        };
    }

    private Verdict verdict(ModelArtifact artifact) {
        var mine = new CompletableFuture<Verdict>();
        var others = running.putIfAbsent(artifact.digest(), mine);
        if (others != null) {
            return await(others);
        }
        try {
            var verdict =
                    verdicts.find(artifact.digest(), runtime).orElseGet(() -> examine(artifact));
            mine.complete(verdict);
            return verdict;
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            running.remove(artifact.digest(), mine);
        }
    }

    private Verdict examine(ModelArtifact artifact) {
        try {
            slots.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServingException(ErrorCode.CANCELLED, "The examination was given up", e);
        }
        try {
            var verdict = process.examine(artifact);
            if (!(verdict instanceof Verdict.Refused refused && isOurs(refused.code()))) {
                verdicts.save(artifact.digest(), runtime, verdict);
            }
            return verdict;
        } finally {
            slots.release();
        }
    }

    /// A limit is the operator's to raise, and a busy machine may have been what was slow: the next
    /// deploy shall try again.
    private static boolean isOurs(ErrorCode code) {
        return code == ErrorCode.MODEL_LIMIT;
    }

    private static Verdict await(CompletableFuture<Verdict> verdict) {
        try {
            return verdict.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ServingException failure) {
                throw failure;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
