/// JSON of the control routes: records in and out, strictly, every mistake named by its field.
@NullMarked
package io.matih.inference.server.json;

import org.jspecify.annotations.NullMarked;
