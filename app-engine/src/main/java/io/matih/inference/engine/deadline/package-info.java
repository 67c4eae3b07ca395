/// When an answer stops being wanted, on the monotonic clock.
@NullMarked
package io.matih.inference.engine.deadline;

import org.jspecify.annotations.NullMarked;
