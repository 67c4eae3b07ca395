/// Tensors as values: datatype, shape and little-endian bytes, in the terms of the Open
/// Inference\n/// Protocol.
@NullMarked
package io.matih.inference.engine.tensor;

import org.jspecify.annotations.NullMarked;
