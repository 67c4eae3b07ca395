/// The gRPC listener: its limits, its health service and its drain.
@NullMarked
package io.matih.inference.server.grpc;

import org.jspecify.annotations.NullMarked;
