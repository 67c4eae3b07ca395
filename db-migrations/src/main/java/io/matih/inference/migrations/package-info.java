/// The database schema as numbered scripts, and what brings a database to the newest of them.
@NullMarked
package io.matih.inference.migrations;

import org.jspecify.annotations.NullMarked;
