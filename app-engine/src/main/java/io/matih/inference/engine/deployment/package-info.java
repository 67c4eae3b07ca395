/// What is deployed, how it comes and goes, and what is remembered of it.
@NullMarked
package io.matih.inference.engine.deployment;

import org.jspecify.annotations.NullMarked;
