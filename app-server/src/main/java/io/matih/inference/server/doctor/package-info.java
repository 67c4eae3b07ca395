/// Asks any server of the Open Inference Protocol every clause of it, and says which ones hold.
@NullMarked
package io.matih.inference.server.doctor;

import org.jspecify.annotations.NullMarked;
