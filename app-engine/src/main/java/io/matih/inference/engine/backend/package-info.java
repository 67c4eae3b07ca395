/// What every runtime does for the engine: inspect a model, load it, execute requests.
@NullMarked
package io.matih.inference.engine.backend;

import org.jspecify.annotations.NullMarked;
