/// The `matih` command: the headless server and the commands that talk to a running one.
@NullMarked
package io.matih.inference.server.cli;

import org.jspecify.annotations.NullMarked;
