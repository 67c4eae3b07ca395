/// Measures servers: a load generator for closed and open loops, and below it, in `suite`, the
/// product beside its yardsticks.
@NullMarked
package io.matih.inference.server.bench;

import org.jspecify.annotations.NullMarked;
