/// gRPC: the listener with its limits and its drain, the Open Inference Protocol and the health
/// service.
@NullMarked
package io.matih.inference.server.grpc;

import org.jspecify.annotations.NullMarked;
