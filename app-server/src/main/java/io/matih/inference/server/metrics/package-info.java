/// Metrics for Prometheus, and whether the process lives.
@NullMarked
package io.matih.inference.server.metrics;

import org.jspecify.annotations.NullMarked;
