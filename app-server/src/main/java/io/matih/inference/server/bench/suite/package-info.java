/// The product beside its yardsticks, each a process of its own, measured in turn: what counts is
/// their ratio, not a number of one machine.
@NullMarked
package io.matih.inference.server.bench.suite;

import org.jspecify.annotations.NullMarked;
