package io.matih.inference.server.grpc;

import io.matih.inference.engine.serving.Router;

/// What every request for inference goes through, over whichever kind of call.
record InferencePath(
        Router router,
        InferReader reader,
        InferWriter writer,
        GrpcThreads threads,
        OpenStreams streams) {}
