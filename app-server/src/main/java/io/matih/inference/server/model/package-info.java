/// Registered models, their versions and labels, and uploads.
@NullMarked
package io.matih.inference.server.model;

import org.jspecify.annotations.NullMarked;
