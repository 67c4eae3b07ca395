package io.matih.inference.engine.deployment;

import io.matih.inference.engine.deadline.Deadline;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.engine.serving.InferenceRequest;
import io.matih.inference.engine.serving.InferenceResponse;
import io.matih.inference.engine.shadow.Candidate;

import java.time.Duration;
import java.util.Objects;

/// A deployed version that is asked what another was asked.
record ShadowCandidate(DeployedVersion deployed) implements Candidate {
    @Override
    public InferenceResponse infer(InferenceRequest request) {
        long received = System.nanoTime();
        try {
            var timeout = Objects.requireNonNull(request.timeout());
            var deadline = Deadline.after(timeout);
            var served = deployed.cached().lease(deadline);
            if (served == null) {
                throw new ServingException(
                        ErrorCode.MODEL_NOT_READY, "the shadow was taken away meanwhile");
            }
            try {
                var left = Duration.ofNanos(Math.max(0, deadline.remainingNanos()));
                return served.infer(request.withTimeout(left), received);
            } finally {
                served.leases().release();
            }
        } catch (ServingException e) {
            deployed.meters().failed(e.code(), System.nanoTime() - received);
            throw e;
        }
    }
}
