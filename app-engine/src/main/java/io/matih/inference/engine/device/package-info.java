/// The devices that a model can run on.
@NullMarked
package io.matih.inference.engine.device;

import org.jspecify.annotations.NullMarked;
