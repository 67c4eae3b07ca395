/// ONNX Runtime in this process; the only room that knows `ai.onnxruntime`.
@NullMarked
package io.matih.inference.engine.backend.onnxruntime;

import org.jspecify.annotations.NullMarked;
