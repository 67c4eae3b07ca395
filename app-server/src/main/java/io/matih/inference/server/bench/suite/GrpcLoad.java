package io.matih.inference.server.bench.suite;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.matih.inference.server.proto.GRPCInferenceServiceGrpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/// Closed-loop load of `ModelInfer`: each connection sends its next request once it has its answer.
/// Messages are bytes that were made before, so that the load costs little.
final class GrpcLoad implements AutoCloseable {
    private static final MethodDescriptor<byte[], byte[]> INFER =
            GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder(new Bytes(), new Bytes())
                    .build();

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<byte[]> requests;
    private final List<byte[]> answers;
    private final LongAdder wrong = new LongAdder();

    /// @param address `127.0.0.1:8081`
    /// @param answers to each of the requests
    GrpcLoad(String address, int connections, List<byte[]> requests, List<byte[]> answers) {
        this.requests = requests;
        this.answers = answers;
        for (int i = 0; i < connections; i++) {
            channels.add(
                    NettyChannelBuilder.forTarget(address).usePlaintext().directExecutor().build());
        }
    }

    static byte[] ask(String address, byte[] request) {
        var channel = NettyChannelBuilder.forTarget(address).usePlaintext().build();
        try {
            return ClientCalls.blockingUnaryCall(channel, INFER, CallOptions.DEFAULT, request);
        } finally {
            channel.shutdownNow();
        }
    }

    /// @return answers a second
    double run(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        var done = new CountDownLatch(channels.size());
        var count = new LongAdder();
        long begun = System.nanoTime();
        for (int i = 0; i < channels.size(); i++) {
            new Asking(channels.get(i), i, end, count, done).next();
        }
        done.await();
        return count.sum() * 1e9 / (System.nanoTime() - begun);
    }

    long wrong() {
        return wrong.sum();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    /// One connection.
    private final class Asking implements StreamObserver<byte[]> {
        private final ManagedChannel channel;
        private final long end;
        private final LongAdder count;
        private final CountDownLatch done;
        private int request;

        private Asking(
                ManagedChannel channel, int first, long end, LongAdder count, CountDownLatch done) {
            this.channel = channel;
            request = first % requests.size();
            this.end = end;
            this.count = count;
            this.done = done;
        }

        private void next() {
            ClientCalls.asyncUnaryCall(
                    channel.newCall(INFER, CallOptions.DEFAULT), requests.get(request), this);
        }

        @Override
        public void onNext(byte[] answer) {
            if (!Arrays.equals(answer, answers.get(request))) {
                wrong.increment();
            }
        }

        @Override
        public void onCompleted() {
            count.increment();
            request = (request + 1) % requests.size();
            if (System.nanoTime() < end) {
                next();
            } else {
                done.countDown();
            }
        }

        @Override
        public void onError(Throwable failure) {
            wrong.increment();
            done.countDown();
        }
    }

    /// Messages as they are.
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
