/// The HTTP listener: what every request passes before a handler sees it, the limits it is held to,
/// and the answers to what is not even a request.
@NullMarked
package io.matih.inference.server.http;

import org.jspecify.annotations.NullMarked;
