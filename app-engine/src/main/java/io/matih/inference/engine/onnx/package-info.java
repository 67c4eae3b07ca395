/// The ONNX file itself, read from its protobuf without running it: signature, pre-flight checks
/// and findings.
@NullMarked
package io.matih.inference.engine.onnx;

import org.jspecify.annotations.NullMarked;
