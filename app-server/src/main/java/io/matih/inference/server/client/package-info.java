/// A client of a running server, over HTTP: what the commands and the console call.
@NullMarked
package io.matih.inference.server.client;

import org.jspecify.annotations.NullMarked;
