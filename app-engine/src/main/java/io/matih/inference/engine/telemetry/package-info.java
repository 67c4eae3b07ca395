/// Meter names and how they are counted; the only room that knows Micrometer.
@NullMarked
package io.matih.inference.engine.telemetry;

import org.jspecify.annotations.NullMarked;
