/// Who may talk to the server: the addresses it may bind, the host names it answers to and the web
/// pages it listens to.
@NullMarked
package io.matih.inference.server.security;

import org.jspecify.annotations.NullMarked;
