/// Versions that get a copy of the requests and are judged by their answers: what is compared, what
/// is counted of it, and the verdict.
@NullMarked
package io.matih.inference.engine.shadow;

import org.jspecify.annotations.NullMarked;
