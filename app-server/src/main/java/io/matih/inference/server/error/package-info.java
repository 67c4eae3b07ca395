/// How a failure looks from outside: the HTTP status, the gRPC status and the JSON body of each
/// error code, decided in this one place.
@NullMarked
package io.matih.inference.server.error;

import org.jspecify.annotations.NullMarked;
