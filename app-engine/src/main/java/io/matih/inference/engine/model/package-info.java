/// Models on disk: where they come from (`ModelStore`), what is kept of them (`ModelRepository`),
/// and what they declare (`ModelMetadata`).
@NullMarked
package io.matih.inference.engine.model;

import org.jspecify.annotations.NullMarked;
