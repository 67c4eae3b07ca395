/// What can go wrong, as a closed list of codes, and the one exception that leaves the engine.
@NullMarked
package io.matih.inference.engine.error;

import org.jspecify.annotations.NullMarked;
