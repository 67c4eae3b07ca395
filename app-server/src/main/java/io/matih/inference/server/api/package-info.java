/// What goes over the wire, as records: snake_case in JSON, null where absent. Shared by server,
/// client and console; imports nothing of ours.
@NullMarked
package io.matih.inference.server.api;

import org.jspecify.annotations.NullMarked;
