package io.matih.inference.server.grpc;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.inference.InferenceLimits;
import io.matih.inference.server.proto.ModelInferRequest;

/// Messages of `ModelInfer`, as they are after gRPC's own parser.
class GrpcMessageFuzzTest {
    private static final InferReader READER = new InferReader(InferenceLimits.DEFAULT);

    @FuzzTest
    void message(byte[] data) {
        ModelInferRequest message;
        try {
            message = ModelInferRequest.parseFrom(data);
        } catch (InvalidProtocolBufferException _) {
            return;
        }
        try {
            for (var tensor : READER.read(message, null).inputs()) {
                requireWhole(tensor.shape().elementCount(), tensor.data().byteSize());
            }
        } catch (ServingException _) {
            // Refused, as it may be.
        }
    }

    /// Every datatype has at least one byte an element.
    private static void requireWhole(long elements, long bytes) {
        if (elements > bytes) {
            throw new AssertionError("%d elements in %d bytes".formatted(elements, bytes));
        }
    }
}
