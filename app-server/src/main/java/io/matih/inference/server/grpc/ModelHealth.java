package io.matih.inference.server.grpc;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.oip.ProtocolModels;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// `grpc.health.v1`: the server as a whole under no name, the inference service under its own, and
/// each model under its.
final class ModelHealth extends HealthGrpc.HealthImplBase {
    /// How often a watcher's answer is looked at anew.
    private static final long LOOK_MILLIS = 1000;

    private final ProtocolModels models;
    private final Executor waiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private boolean ending;

    ModelHealth(ProtocolModels models, Executor waiting) {
        this.models = models;
        this.waiting = waiting;
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> responses) {
        waiting.execute(
                () -> {
                    var status = status(request.getService());
                    if (status == ServingStatus.SERVICE_UNKNOWN) {
                        responses.onError(
                                Status.NOT_FOUND
                                        .withDescription(
                                                "no model '%s' is deployed"
                                                        .formatted(
                                                                ServingException.clip(
                                                                        request.getService())))
                                        .asRuntimeException());
                        return;
                    }
                    responses.onNext(response(status));
                    responses.onCompleted();
                });
    }

    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> responses) {
        var call = (ServerCallStreamObserver<HealthCheckResponse>) responses;
        var cancellation = new Cancellation();
        call.setOnCancelHandler(cancellation::cancel);
        waiting.execute(
                () -> {
                    cancellation.stopsBy(Thread.currentThread()::interrupt);
                    try {
                        watch(request.getService(), call);
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt(); // the watcher has left
                    }
                });
    }

    private void watch(String service, StreamObserver<HealthCheckResponse> responses)
            throws InterruptedException {
        ServingStatus told = null;
        boolean last = false;
        while (!last) {
            last = isEnding();
            var now = last ? ServingStatus.NOT_SERVING : status(service);
            if (now != told) {
                responses.onNext(response(now));
                told = now;
            }
            if (!last) {
                awaitEnd();
            }
        }
        responses.onError(
                Status.UNAVAILABLE
                        .withDescription("the server is shutting down")
                        .asRuntimeException());
    }

    private boolean isEnding() {
        lock.lock();
        try {
            return ending;
        } finally {
            lock.unlock();
        }
    }

    private void awaitEnd() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
            while (!ending && left > 0) {
                left = ended.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /// From now on nothing serves, and watchers are sent away.
    void end() {
        lock.lock();
        try {
            ending = true;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private ServingStatus status(String service) {
        if (isEnding()) {
            return ServingStatus.NOT_SERVING;
        }
        boolean whole = service.isEmpty() || service.equals(GRPCInferenceServiceGrpc.SERVICE_NAME);
        try {
            boolean ready = whole ? models.ready() : models.ready(service, null);
            return ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        } catch (ServingException e) {
            return e.code() == ErrorCode.MODEL_NOT_FOUND
                    ? ServingStatus.SERVICE_UNKNOWN
                    : ServingStatus.NOT_SERVING;
        }
    }

    private static HealthCheckResponse response(@Nullable ServingStatus status) {
        return HealthCheckResponse.newBuilder()
                .setStatus(status == null ? ServingStatus.UNKNOWN : status)
                .build();
    }
}
