package io.matih.inference.server.doctor;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Calls a server over gRPC.
final class GrpcCalls implements AutoCloseable {
    static final int TIMEOUT_SECONDS = 30;
    private static final int MOST_BYTES = Integer.MAX_VALUE;

    private final ManagedChannel channel;
    private final Metadata metadata = new Metadata();

    /// @param target `host:port`
    GrpcCalls(String target, @Nullable String apiKey) {
        channel =
                Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
                        .maxInboundMessageSize(MOST_BYTES)
                        .build();
        if (apiKey != null) {
            metadata.put(
                    Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                    "Bearer " + apiKey);
        }
    }

    ManagedChannel channel() {
        return channel;
    }

    GRPCInferenceServiceBlockingStub blocking() {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    GRPCInferenceServiceStub async() {
        return GRPCInferenceServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .withDeadlineAfter(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /// A call that should succeed.
    static <T> T answer(Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw refused(e.getStatus());
        }
    }

    static RuntimeException refused(Status status) {
        return status.getCode() == Status.Code.UNIMPLEMENTED
                ? new NotOfferedException("the server does not implement the call")
                : new BrokenClauseException("the call failed: " + shown(status));
    }

    /// A call that should fail in one of these ways.
    static void requireRefused(Supplier<?> call, Status.Code... codes) {
        try {
            var _ = call.get();
        } catch (StatusRuntimeException e) {
            Checks.require(
                    Arrays.asList(codes).contains(e.getStatus().getCode()),
                    "expected %s, got %s".formatted(Arrays.toString(codes), shown(e.getStatus())));
            Checks.require(e.getStatus().getDescription() != null, "the status has no description");
            return;
        }
        throw new BrokenClauseException(
                "expected %s, got an answer".formatted(Arrays.toString(codes)));
    }

    private static String shown(Status status) {
        return status.getDescription() == null
                ? status.getCode().toString()
                : "%s: %s".formatted(status.getCode(), status.getDescription());
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
