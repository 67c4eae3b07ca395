/// The model cache, for operators to look at.
@NullMarked
package io.matih.inference.server.cache;

import org.jspecify.annotations.NullMarked;
