/// The only room with SQL: the database, and a store on it for each of the engine's store ports.
@NullMarked
package io.matih.inference.server.persistence;

import org.jspecify.annotations.NullMarked;
