/// Fuzz targets of what reads bytes from outside. As tests they run what the corpus beside them
/// holds; with `JAZZER_FUZZ=1` in the environment they look for more.
@NullMarked
package io.matih.inference.fuzz;

import org.jspecify.annotations.NullMarked;
