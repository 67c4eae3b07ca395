/// The headless program: settings, database, engine, HTTP and gRPC in one process, and the commands
/// that operate it.
@NullMarked
package io.matih.inference.server;

import org.jspecify.annotations.NullMarked;
