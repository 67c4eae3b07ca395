package io.matih.inference.server.grpc;

import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.proto.ModelInferRequest;

/// A message that came in for inference. One that cannot be read is an answer like any other, so it
/// must get as far as whoever answers.
sealed interface Received {
    /// @param bytes that it keeps in memory
    record Whole(ModelInferRequest request, long bytes) implements Received {}

    record Broken(ServingException failure) implements Received {}
}
