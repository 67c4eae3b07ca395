/// The engine: models, their runtimes, and the way of a request through them.
@NullMarked
package io.matih.inference.engine;

import org.jspecify.annotations.NullMarked;
