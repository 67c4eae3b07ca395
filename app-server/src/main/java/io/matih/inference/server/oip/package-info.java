/// The Open Inference Protocol and Triton's extensions of it: what both its forms say, put together
/// once as the protocol's messages, and the REST form.
@NullMarked
package io.matih.inference.server.oip;

import org.jspecify.annotations.NullMarked;
