/// Requests, answers, and the way from one to the other: router, leases and instance groups.
@NullMarked
package io.matih.inference.engine.serving;

import org.jspecify.annotations.NullMarked;
