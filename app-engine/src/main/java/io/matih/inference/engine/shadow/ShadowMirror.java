package io.matih.inference.engine.shadow;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.CacheMode;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.serving.Places;
import io.matih.inference.engine.tensor.Tensor;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;

/// The way of requests to a shadow: after the primary's answer has left, through a queue of its
/// own, few at a time. A shadow that does not keep up loses the oldest; nothing that it does, or
/// does not, reaches a client. Any thread.
public final class ShadowMirror {
    private static final int MOST_WAITING = 256;
    private static final long MOST_BYTES = 64L << 20;
    private static final int AT_A_TIME = 2;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final ShadowKey key;
    private final Comparison comparison;
    private final Executor workers;
    private final Deque<Mirrored> waiting = new ArrayDeque<>();
    private final long seed;
    private volatile Part part;
    private volatile boolean ended;
    private long bytes;
    private int working;

    ShadowMirror(
            ShadowKey key,
            ShadowPolicy policy,
            Candidate candidate,
            ComparisonState state,
            Executor workers) {
        this.key = key;
        this.workers = workers;
        part = new Part(policy, candidate);
        comparison = new Comparison(state);
        seed = Places.seed(key.deployment());
    }

    public ShadowKey key() {
        return key;
    }

    public ShadowPolicy policy() {
        return part.policy;
    }

    Comparison comparison() {
        return comparison;
    }

    void become(ShadowPolicy policy, Candidate candidate) {
        part = new Part(policy, candidate);
    }

    /// The primary's answer to a request has left. Returns at once.
    public void answered(InferenceRequest request, InferenceResponse response) {
        if (ended || !chosen(request.id())) {
            return;
        }
        var mirrored = new Mirrored(request, response);
        boolean begins;
        synchronized (waiting) {
            waiting.addLast(mirrored);
            bytes += mirrored.bytes();
            while (waiting.size() > MOST_WAITING || bytes > MOST_BYTES) {
                bytes -= waiting.removeFirst().bytes();
                comparison.dropped();
            }
            begins = working < AT_A_TIME && !waiting.isEmpty();
            working += begins ? 1 : 0;
        }
        if (begins) {
            workers.execute(this::work);
        }
    }

    /// The same id falls the same way; without one it is chance.
    private boolean chosen(@Nullable String id) {
        int percent = part.policy.percent();
        return percent >= 100 || Places.of(seed, id) < percent * Places.PER_PERCENT;
    }

    /// The primary did not answer a request that a client may have expected an answer to.
    public void primaryFailed() {
        if (!ended) {
            comparison.primaryFailed();
        }
    }

    private void work() {
        for (var next = next(); next != null; next = next()) {
            ask(next);
        }
    }

    private @Nullable Mirrored next() {
        synchronized (waiting) {
            var next = waiting.pollFirst();
            if (next == null) {
                working--;
            } else {
                bytes -= next.bytes();
            }
            return next;
        }
    }

    private void ask(Mirrored mirrored) {
        var now = part;
        try {
            var shadow = now.candidate.infer(mirrored.forShadow(key.shadow()));
            comparison.answered(now.policy, mirrored.request, mirrored.response, shadow);
        } catch (ServingException e) {
            comparison.failed(mirrored.response, e);
        } catch (RuntimeException e) { // a shadow's fault must not end its worker
            comparison.failed(
                    mirrored.response,
                    new ServingException(ErrorCode.INTERNAL, "the comparison failed: " + e, e));
        }
    }

    /// Nothing more is mirrored; what runs is still counted.
    void end() {
        ended = true;
        synchronized (waiting) {
            waiting.clear();
            bytes = 0;
        }
    }

    boolean ended() {
        return ended;
    }

    Verdict verdict() {
        return comparison.verdict(part.policy);
    }

    public ShadowStanding standing() {
        var totals = comparison.totals();
        return new ShadowStanding(verdict(), totals.trials(), totals.agreed());
    }

    public ShadowReport report() {
        return comparison.report(key, part.policy, ended);
    }

    /// How it is mirrored and to whom, changed in one step.
    private record Part(ShadowPolicy policy, Candidate candidate) {}

    private record Mirrored(InferenceRequest request, InferenceResponse response) {
        private long bytes() {
            return bytes(request.inputs()) + bytes(response.outputs());
        }

        private static long bytes(List<Tensor> tensors) {
            long bytes = 0;
            for (var tensor : tensors) {
                bytes += tensor.data().byteSize();
            }
            return bytes;
        }

        /// The same question, whatever the client wanted of the answer's form; never out of a
        /// cache.
        private InferenceRequest forShadow(int version) {
            return new InferenceRequest(
                    request.model(),
                    Integer.toString(version),
                    request.id(),
                    request.inputs(),
                    List.of(),
                    null,
                    0,
                    CacheMode.BYPASS,
                    TIMEOUT);
        }
    }
}
