package io.matih.inference.server.bench.suite;

import com.google.protobuf.InvalidProtocolBufferException;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import io.matih.inference.server.proto.ModelInferRequest;
import io.matih.inference.server.proto.ModelInferResponse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// grpc-java alone, without a hand-over, with one method that reads its message and answers at
/// once. Runs until the process ends.
final class EmptyGrpc {
    private final Server server;
    private volatile ModelInferResponse answer = ModelInferResponse.getDefaultInstance();

    EmptyGrpc() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .directExecutor()
                        .addService(new Answering())
                        .build()
                        .start();
    }

    int port() {
        return server.getPort();
    }

    void answerWith(byte[] message) throws InvalidProtocolBufferException {
        answer = ModelInferResponse.parseFrom(message);
    }

    private final class Answering extends GRPCInferenceServiceImplBase {
        @Override
        public void modelInfer(
                ModelInferRequest request, StreamObserver<ModelInferResponse> responses) {
            responses.onNext(answer);
            responses.onCompleted();
        }
    }
}
