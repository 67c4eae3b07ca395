/// The JSON forms of a request for inference and its answer: tensors, rows of `instances`, and the
/// predict call around them, read without a tree and with every coercion refused.
@NullMarked
package io.matih.inference.server.inference;

import org.jspecify.annotations.NullMarked;
