/// The sample models that ship with the product, and how they are deployed and scored over REST.
@NullMarked
package io.matih.inference.server.demo;

import org.jspecify.annotations.NullMarked;
