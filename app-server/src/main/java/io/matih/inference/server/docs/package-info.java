/// The API's description for people and programs, served without any outside host.
@NullMarked
package io.matih.inference.server.docs;

import org.jspecify.annotations.NullMarked;
