package io.matih.inference.server.grpc;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.matih.inference.engine.tensor.Datatype;
import io.matih.inference.server.TestServer;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import io.matih.inference.server.proto.InferParameter;
import io.matih.inference.server.proto.ModelInferRequest;
import io.matih.inference.server.proto.ModelInferRequest.InferInputTensor;
import io.matih.inference.server.proto.ModelInferResponse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/// A real channel to a real server.
final class GrpcClient implements AutoCloseable {
    private final ManagedChannel channel;

    GrpcClient(TestServer server) {
        channel =
                NettyChannelBuilder.forTarget(server.server().grpcAddress())
                        .usePlaintext()
                        .maxInboundMessageSize(Integer.MAX_VALUE)
                        .build();
    }

    ManagedChannel channel() {
        return channel;
    }

    GRPCInferenceServiceBlockingStub calls() {
        return GRPCInferenceServiceGrpc.newBlockingStub(channel);
    }

    GRPCInferenceServiceStub asynchronous() {
        return GRPCInferenceServiceGrpc.newStub(channel);
    }

    ModelInferResponse infer(ModelInferRequest.Builder request) {
        return calls().modelInfer(request.build());
    }

    StatusRuntimeException refusal(ModelInferRequest.Builder request) {
        return refusal(() -> infer(request));
    }

    static StatusRuntimeException refusal(Runnable call) {
        return Objects.requireNonNull(
                catchThrowableOfType(StatusRuntimeException.class, call::run), "was answered");
    }

    /// Our code of a failure.
    static String reason(StatusRuntimeException failure) {
        try {
            var status = Objects.requireNonNull(StatusProto.fromThrowable(failure));
            return status.getDetails(0).unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    static ModelInferRequest.Builder request(String model) {
        return ModelInferRequest.newBuilder().setModelName(model);
    }

    static InferInputTensor.Builder input(String name, Datatype datatype, long... shape) {
        return InferInputTensor.newBuilder()
                .setName(name)
                .setDatatype(datatype.name())
                .addAllShape(Arrays.stream(shape).boxed().toList());
    }

    /// To a model with one input `x` of FP32, `[1, n]`.
    static ModelInferRequest.Builder floats(String model, float... values) {
        return request(model)
                .addInputs(input("x", Datatype.FP32, 1, values.length))
                .addRawInputContents(bytes(values));
    }

    /// To `slow`: so many rounds of work, then `x` back.
    static ModelInferRequest.Builder slow(long rounds, float x) {
        var row = new float[256];
        Arrays.fill(row, x);
        var iterations = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        return floats("slow", row)
                .addInputs(input("iterations", Datatype.INT64, 1))
                .addRawInputContents(ByteString.copyFrom(iterations.putLong(0, rounds)));
    }

    static ByteString bytes(float... values) {
        var bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return ByteString.copyFrom(bytes.flip());
    }

    static float[] floats(ByteString bytes) {
        var values = new float[bytes.size() / 4];
        bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    static InferParameter parameter(long value) {
        return InferParameter.newBuilder().setInt64Param(value).build();
    }

    static InferParameter parameter(String value) {
        return InferParameter.newBuilder().setStringParam(value).build();
    }

    static InferParameter parameter(boolean value) {
        return InferParameter.newBuilder().setBoolParam(value).build();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
