/// What an operator can set, where each value came from, and what is allowed for it.
@NullMarked
package io.matih.inference.server.settings;

import org.jspecify.annotations.NullMarked;
