/// Which models are in memory, who uses them, and which of them goes first when room is needed.
@NullMarked
package io.matih.inference.engine.cache;

import org.jspecify.annotations.NullMarked;
