/// Triton's model folders and their `config.pbtxt`: read into what the engine is asked for, and
/// written from what is deployed.
@NullMarked
package io.matih.inference.server.triton;

import org.jspecify.annotations.NullMarked;
