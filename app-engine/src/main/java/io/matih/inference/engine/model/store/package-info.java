/// Models' files: fetched from folders, S3 buckets and uploads into private staging folders, and
/// kept in the server's own repository under their digest.
@NullMarked
package io.matih.inference.engine.model.store;

import org.jspecify.annotations.NullMarked;
