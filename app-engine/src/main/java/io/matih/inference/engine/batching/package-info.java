/// Requests that wait for an instance of a model, and the batches in which they leave.
@NullMarked
package io.matih.inference.engine.batching;

import org.jspecify.annotations.NullMarked;
